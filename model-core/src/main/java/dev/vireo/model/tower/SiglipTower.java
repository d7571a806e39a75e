// SPDX-License-Identifier: Apache-2.0
package dev.vireo.model.tower;

import ai.djl.ndarray.NDManager;
import dev.vireo.checkpoint.ModelConfig;
import dev.vireo.model.ModelDevice;
import dev.vireo.model.PixelScale;
import dev.vireo.nn.Block;
import dev.vireo.nn.BlockParameters;
import dev.vireo.nn.WeightSource;
import java.util.ArrayList;
import java.util.List;

/**
 * Builds the part of a SigLIP tower that a model uses: up to the layer whose output it selects, before the last norm. No
 * class token, no norm before the layers. Source: transformers 5.23, models/siglip.
 */
public final class SiglipTower {
    private static final String PREFIX = "model.vision_tower.";
    private static final String HEAD = PREFIX + "head.";

    private SiglipTower() {}

    /** Blocks from uint8 tiles to the selected layer's output [B, P, D]. */
    public static List<Block> build(ModelConfig config, PixelScale pixels, ModelDevice device, WeightSource weights) {
        config.requireOneOf("vision_config.model_type", "siglip_vision_model");
        config.requireOneOf("vision_config.num_channels", 3);
        var layers = new TowerLayers(config, device, weights, PREFIX);
        int width = layers.width();
        int patch = config.integer("vision_config.patch_size");
        int side = config.integer("vision_config.image_size") / patch;
        NDManager manager = device.manager();
        var input = new BlockParameters(manager, weights)
                .constant(TowerLayers.channels(manager, pixels.scaledMean()))
                .constant(TowerLayers.channels(manager, pixels.scaledStd()))
                .weight(PREFIX + "embeddings.patch_embedding.weight", width, 3, patch, patch)
                .weight(PREFIX + "embeddings.patch_embedding.bias", width)
                .none()
                .weight(PREFIX + "embeddings.position_embedding.weight", (long) side * side, width)
                .none()
                .none();
        double eps = config.number("vision_config.layer_norm_eps");
        List<Block> blocks = new ArrayList<>();
        blocks.add(device.blocks().patchEmbedding(PREFIX + "embeddings", input, patch, eps));
        blocks.addAll(layers.build(TowerLayers.selected(config)));
        return blocks;
    }

    /** Weights that checkpoints carry behind the selected layer, those of the pooling head too. */
    public static List<String> unusedWeights(ModelConfig config) {
        List<String> patterns = new ArrayList<>(TowerLayers.unused(config, PREFIX, TowerLayers.selected(config)));
        patterns.add(HEAD.replace(".", "\\.") + ".*");
        return patterns;
    }

    /** Claims those weights. */
    public static void takeUnused(ModelConfig config, ModelDevice device, WeightSource weights) {
        var layers = new TowerLayers(config, device, weights, PREFIX);
        layers.takeUnused(TowerLayers.selected(config));
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
