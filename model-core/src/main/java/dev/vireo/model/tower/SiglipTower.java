// SPDX-License-Identifier: Apache-2.0
package dev.vireo.model.tower;

import dev.vireo.checkpoint.ModelConfig;
import dev.vireo.model.ModelDevice;
import dev.vireo.model.PixelScale;
import dev.vireo.model.VisionTower;
import dev.vireo.nn.Block;
import dev.vireo.nn.WeightSource;
import java.util.ArrayList;
import java.util.List;

/** SigLIP, before its last norm: no class token, no norm before the layers. Source: transformers 5.23, models/siglip. */
public final class SiglipTower implements VisionTower {
    private static final String PREFIX = "model.vision_tower.";
    private static final String HEAD = PREFIX + "head.";

    @Override
    public List<Block> build(ModelConfig config, PixelScale pixels, ModelDevice device, WeightSource weights) {
        config.requireOneOf("vision_config.model_type", "siglip_vision_model");
        config.requireOneOf("vision_config.num_channels", 3);
        var layers = new TowerLayers(config, device, weights, PREFIX);
        var input = layers.patches(pixels)
                .weight(PREFIX + "embeddings.patch_embedding.bias", layers.width())
                .none()
                .weight(PREFIX + "embeddings.position_embedding.weight", layers.places(), layers.width())
                .none()
                .none();
        return layers.behind(input);
    }

    @Override
    public int classTokens() {
        return 0;
    }

    @Override
    public List<String> unusedWeights(ModelConfig config) {
        List<String> patterns = new ArrayList<>(TowerLayers.unused(config, PREFIX));
        patterns.add(HEAD.replace(".", "\\.") + ".*");
        return patterns;
    }

    @Override
    public void takeUnused(ModelConfig config, ModelDevice device, WeightSource weights) {
        var layers = new TowerLayers(config, device, weights, PREFIX);
        layers.takeUnused();
        if (config.flag("vision_config.vision_use_head")) {
            takeHead(weights, layers.width(), config.integer("vision_config.intermediate_size"));
        }
    }

    private static void takeHead(WeightSource weights, int width, int feedForward) {
        weights.take(HEAD + "probe", 1, 1, width);
        weights.take(HEAD + "attention.in_proj_weight", 3L * width, width);
        weights.take(HEAD + "attention.in_proj_bias", 3L * width);
        weights.take(HEAD + "attention.out_proj.weight", width, width);
        weights.take(HEAD + "attention.out_proj.bias", width);
        weights.take(HEAD + "layernorm.weight", width);
        weights.take(HEAD + "layernorm.bias", width);
        weights.take(HEAD + "mlp.fc1.weight", feedForward, width);
        weights.take(HEAD + "mlp.fc1.bias", feedForward);
        weights.take(HEAD + "mlp.fc2.weight", width, feedForward);
        weights.take(HEAD + "mlp.fc2.bias", width);
    }
}
