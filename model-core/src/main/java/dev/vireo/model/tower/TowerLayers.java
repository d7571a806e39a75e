// SPDX-License-Identifier: Apache-2.0
package dev.vireo.model.tower;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.vireo.checkpoint.CheckpointMismatchException;
import dev.vireo.checkpoint.ModelConfig;
import dev.vireo.model.ModelDevice;
import dev.vireo.model.PixelScale;
import dev.vireo.nn.Activation;
import dev.vireo.nn.Block;
import dev.vireo.nn.BlockParameters;
import dev.vireo.nn.Blocks;
import dev.vireo.nn.VisionShape;
import dev.vireo.nn.WeightSource;
import java.util.ArrayList;
import java.util.List;

/** The transformer layers of the tower that {@code vision_config} describes, the same in CLIP and SigLIP. */
final class TowerLayers {
    private static final String SELECTED = "vision_feature_layer";

    private final ModelConfig config;
    private final ModelDevice device;
    private final WeightSource weights;
    private final String prefix;
    private final VisionShape shape;

    /** @param prefix of the names of the tower's weights, with its dot */
    TowerLayers(ModelConfig config, ModelDevice device, WeightSource weights, String prefix) {
        this.config = config;
        this.device = device;
        this.weights = weights;
        this.prefix = prefix;
        int width = config.integer("vision_config.hidden_size");
        this.shape = new VisionShape(
                width,
                width / config.integer("vision_config.num_attention_heads"),
                config.integer("vision_config.intermediate_size"),
                Activation.of(config.text("vision_config.hidden_act")),
                config.number("vision_config.layer_norm_eps"));
    }

    int width() {
        return shape.width();
    }

    /** Patches of a picture. */
    int places() {
        int side = config.integer("vision_config.image_size") / config.integer("vision_config.patch_size");
        return side * side;
    }

    /** The first parameters of {@link Blocks#patchEmbedding}: what scales pixels, and the patches' weight. */
    BlockParameters patches(PixelScale pixels) {
        int patch = config.integer("vision_config.patch_size");
        NDManager manager = device.manager();
        return new BlockParameters(manager, weights)
                .constant(channels(manager, pixels.scaledMean()))
                .constant(channels(manager, pixels.scaledStd()))
                .weight(prefix + "embeddings.patch_embedding.weight", shape.width(), 3, patch, patch);
    }

    /** The patch embedding of these parameters and the layers up to the selected one. */
    List<Block> behind(BlockParameters input) {
        int patch = config.integer("vision_config.patch_size");
        return behind(device.blocks().patchEmbedding(prefix + "embeddings", input, patch, shape.eps()));
    }

    /** A patch embedding and the layers up to the selected one. */
    List<Block> behind(Block input) {
        List<Block> blocks = new ArrayList<>(List.of(input));
        for (int layer = 0; layer < selected(config); layer++) {
            blocks.add(device.blocks().visionLayer(name(layer), parameters(layer), shape));
        }
        return blocks;
    }

    /** Claims the weights of the layers behind the selected one and of the norm behind all of them. */
    void takeUnused() {
        for (int layer = selected(config); layer < config.integer("vision_config.num_hidden_layers"); layer++) {
            parameters(layer);
        }
        weights.take(prefix + "post_layernorm.weight", shape.width());
        weights.take(prefix + "post_layernorm.bias", shape.width());
    }

    /** Regular expressions of those weights. */
    static List<String> unused(ModelConfig config, String prefix) {
        String literal = prefix.replace(".", "\\.");
        List<String> patterns = new ArrayList<>();
        for (int layer = selected(config); layer < config.integer("vision_config.num_hidden_layers"); layer++) {
            patterns.add(literal + "encoder\\.layers\\." + layer + "\\..*");
        }
        patterns.add(literal + "post_layernorm\\..*");
        return patterns;
    }

    /**
     * Layers that the selected output needs: {@code vision_feature_layer} counts hidden states from the input's (0) to the
     * last layer's, or from the end when negative. All where the family does not select.
     */
    private static int selected(ModelConfig config) {
        int layers = config.integer("vision_config.num_hidden_layers");
        int selected = config.has(SELECTED) ? one(config) : layers;
        int used = selected < 0 ? layers + 1 + selected : selected;
        if (used < 0 || used > layers) {
            throw new IllegalArgumentException("Invalid vision_feature_layer in " + config.source() + ": " + selected
                    + " (expected " + (-layers - 1) + " to " + layers + ": the tower has " + layers + " layers)");
        }
        return used;
    }

    /** Some models join the features of several layers; here it is one, written as a number or as a list. */
    private static int one(ModelConfig config) {
        List<Integer> selected = config.integers(SELECTED);
        if (selected.size() != 1) {
            throw new CheckpointMismatchException("Cannot build the model of " + config.source() + ": " + SELECTED
                    + " is " + selected + " (supported: one layer)");
        }
        return selected.get(0);
    }

    /** One value for each channel, [3, 1, 1]. */
    private static NDArray channels(NDManager manager, float[] values) {
        return manager.create(values, new Shape(3, 1, 1));
    }

    private String name(int layer) {
        return prefix + "encoder.layers." + layer;
    }

    private BlockParameters parameters(int layer) {
        String name = name(layer);
        int width = shape.width();
        return new BlockParameters(device.manager(), weights)
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
}
