// SPDX-License-Identifier: Apache-2.0
package dev.vireo.model.tower;

import dev.vireo.checkpoint.ModelConfig;
import dev.vireo.model.ModelDevice;
import dev.vireo.model.PixelScale;
import dev.vireo.model.VisionTower;
import dev.vireo.nn.Block;
import dev.vireo.nn.WeightSource;
import java.util.List;

/** CLIP: a class token before the patches, a norm before the layers. Source: transformers 5.23, models/clip. */
public final class ClipTower implements VisionTower {
    private static final String PREFIX = "model.vision_tower.";

    @Override
    public List<Block> build(ModelConfig config, PixelScale pixels, ModelDevice device, WeightSource weights) {
        config.requireOneOf("vision_config.model_type", "clip_vision_model");
        var layers = new TowerLayers(config, device, weights, PREFIX);
        var input = layers.patches(pixels)
                .none()
                .weight(PREFIX + "embeddings.class_embedding", layers.width())
                .weight(PREFIX + "embeddings.position_embedding.weight", layers.places() + 1L, layers.width())
                .weight(PREFIX + "pre_layrnorm.weight", layers.width())
                .weight(PREFIX + "pre_layrnorm.bias", layers.width());
        return layers.behind(input);
    }

    @Override
    public int classTokens() {
        return 1;
    }

    @Override
    public List<String> unusedWeights(ModelConfig config) {
        return TowerLayers.unused(config, PREFIX);
    }

    @Override
    public void takeUnused(ModelConfig config, ModelDevice device, WeightSource weights) {
        new TowerLayers(config, device, weights, PREFIX).takeUnused();
    }
}
