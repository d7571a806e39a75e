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

/** Builds the part of a CLIP tower that a model uses: up to the layer whose output it selects. Source: transformers 5.23, models/clip. */
public final class ClipTower {
    private static final String PREFIX = "model.vision_tower.";

    private ClipTower() {}

    /** Blocks from uint8 tiles to the selected layer's output [B, S, D]. */
    public static List<Block> build(ModelConfig config, PixelScale pixels, ModelDevice device, WeightSource weights) {
        config.requireOneOf("vision_config.model_type", "clip_vision_model");
        var layers = new TowerLayers(config, device, weights, PREFIX);
        int width = layers.width();
        int patch = config.integer("vision_config.patch_size");
        int side = config.integer("vision_config.image_size") / patch;
        NDManager manager = device.manager();
        var input = new BlockParameters(manager, weights)
                .constant(TowerLayers.channels(manager, pixels.scaledMean()))
                .constant(TowerLayers.channels(manager, pixels.scaledStd()))
                .weight(PREFIX + "embeddings.patch_embedding.weight", width, 3, patch, patch)
                .none()
                .weight(PREFIX + "embeddings.class_embedding", width)
                .weight(PREFIX + "embeddings.position_embedding.weight", (long) side * side + 1, width)
                .weight(PREFIX + "pre_layrnorm.weight", width)
                .weight(PREFIX + "pre_layrnorm.bias", width);
        double eps = config.number("vision_config.layer_norm_eps");
        List<Block> blocks = new ArrayList<>();
        blocks.add(device.blocks().patchEmbedding(PREFIX + "embeddings", input, patch, eps));
        blocks.addAll(layers.build(TowerLayers.selected(config)));
        return blocks;
    }

    /** Weights that checkpoints carry for the layers behind the selected one. */
    public static String[] unusedWeights(ModelConfig config) {
        return TowerLayers.unused(config, PREFIX, TowerLayers.selected(config)).toArray(String[]::new);
    }

    /** Claims those weights. */
    public static void takeUnused(ModelConfig config, ModelDevice device, WeightSource weights) {
        new TowerLayers(config, device, weights, PREFIX).takeUnused(TowerLayers.selected(config));
    }
}
