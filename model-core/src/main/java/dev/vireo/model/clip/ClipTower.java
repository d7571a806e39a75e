// SPDX-License-Identifier: Apache-2.0
package dev.vireo.model.clip;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.vireo.checkpoint.ModelConfig;
import dev.vireo.model.ModelDevice;
import dev.vireo.model.PixelScale;
import dev.vireo.nn.Activation;
import dev.vireo.nn.Block;
import dev.vireo.nn.BlockParameters;
import dev.vireo.nn.VisionShape;
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
        int width = config.integer("vision_config.hidden_size");
        int patch = config.integer("vision_config.patch_size");
        int side = config.integer("vision_config.image_size") / patch;
        double eps = config.number("vision_config.layer_norm_eps");
        NDManager manager = device.manager();
        var input = new BlockParameters(manager, weights)
                .constant(channels(manager, pixels.scaledMean()))
                .constant(channels(manager, pixels.scaledStd()))
                .weight(PREFIX + "embeddings.patch_embedding.weight", width, 3, patch, patch)
                .weight(PREFIX + "embeddings.class_embedding", width)
                .weight(PREFIX + "embeddings.position_embedding.weight", (long) side * side + 1, width)
                .weight(PREFIX + "pre_layrnorm.weight", width)
                .weight(PREFIX + "pre_layrnorm.bias", width);
        List<Block> blocks = new ArrayList<>();
        blocks.add(device.blocks().patchEmbedding(PREFIX + "embeddings", input, patch, eps));
        VisionShape shape = shape(config);
        for (int layer = 0; layer < usedLayers(config); layer++) {
            String name = PREFIX + "encoder.layers." + layer;
            var parameters = layer(new BlockParameters(manager, weights), name, shape);
            blocks.add(device.blocks().visionLayer(name, parameters, shape));
        }
        return blocks;
    }

    private static VisionShape shape(ModelConfig config) {
        int width = config.integer("vision_config.hidden_size");
        return new VisionShape(
                width,
                width / config.integer("vision_config.num_attention_heads"),
                config.integer("vision_config.intermediate_size"),
                Activation.of(config.text("vision_config.hidden_act")),
                config.number("vision_config.layer_norm_eps"));
    }

    private static BlockParameters layer(BlockParameters parameters, String name, VisionShape shape) {
        int width = shape.width();
        return parameters
                .weight(name + ".layer_norm1.weight", width)
                .weight(name + ".layer_norm1.bias", width)
                .biasedLinear(name + ".self_attn.q_proj", width, width)
                .biasedLinear(name + ".self_attn.k_proj", width, width)
                .biasedLinear(name + ".self_attn.v_proj", width, width)
                .biasedLinear(name + ".self_attn.out_proj", width, width)
                .weight(name + ".layer_norm2.weight", width)
                .weight(name + ".layer_norm2.bias", width)
                .biasedLinear(name + ".mlp.fc1", width, shape.feedForward())
                .biasedLinear(name + ".mlp.fc2", shape.feedForward(), width);
    }

    private static NDArray channels(NDManager manager, float[] values) {
        return manager.create(values, new Shape(3, 1, 1));
    }

    /**
     * Layers that the selected output needs: {@code vision_feature_layer} counts hidden states from the input's (0) to the
     * last layer's, or from the end when negative.
     */
    static int usedLayers(ModelConfig config) {
        int layers = config.integer("vision_config.num_hidden_layers");
        int selected = config.integer("vision_feature_layer");
        int used = selected < 0 ? layers + 1 + selected : selected;
        if (used < 0 || used > layers) {
            throw new IllegalArgumentException("Invalid vision_feature_layer in " + config.source() + ": " + selected
                    + " (expected " + (-layers - 1) + " to " + layers + ": the tower has " + layers + " layers)");
        }
        return used;
    }

    /** Weights that checkpoints carry for the layers behind the selected one. */
    public static String[] unusedWeights(ModelConfig config) {
        int layers = config.integer("vision_config.num_hidden_layers");
        var patterns = new ArrayList<String>();
        for (int layer = usedLayers(config); layer < layers; layer++) {
            patterns.add("model\\.vision_tower\\.encoder\\.layers\\." + layer + "\\..*");
        }
        patterns.add("model\\.vision_tower\\.post_layernorm\\..*");
        return patterns.toArray(String[]::new);
    }

    /** Claims those weights. */
    public static void takeUnused(ModelConfig config, ModelDevice device, WeightSource weights) {
        VisionShape shape = shape(config);
        for (int layer = usedLayers(config); layer < config.integer("vision_config.num_hidden_layers"); layer++) {
            layer(new BlockParameters(device.manager(), weights), PREFIX + "encoder.layers." + layer, shape);
        }
        weights.take(PREFIX + "post_layernorm.weight", shape.width());
        weights.take(PREFIX + "post_layernorm.bias", shape.width());
    }
}
