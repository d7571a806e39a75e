// SPDX-License-Identifier: Apache-2.0
package dev.vireo.model.tower;

import dev.vireo.checkpoint.ModelConfig;
import dev.vireo.model.ModelDevice;
import dev.vireo.model.PixelInput;
import dev.vireo.model.PixelScale;
import dev.vireo.model.VisionTower;
import dev.vireo.nn.Block;
import dev.vireo.nn.BlockParameters;
import dev.vireo.nn.WeightSource;
import java.util.List;

/**
 * SigLIP for tiles of any shape and size: a patch has the position of a square grid that lies at the same part of the tile's
 * height and width. Every block is passed the tiles' grids, and gives [1, T, D] for all their patches. The norm behind the layers
 * is used too, by the block that comes next ({@link #lastNorm}). Source: transformers 5.23, models/idefics2
 * Idefics2VisionTransformer, the same in models/idefics3 and models/smolvlm.
 */
public final class GridTower implements VisionTower {
    private static final String PREFIX = "model.vision_model.";

    @Override
    public List<Block> build(ModelConfig config, PixelScale pixels, ModelDevice device, WeightSource weights) {
        config.requireOneOf("vision_config.num_channels", 3);
        var layers = new TowerLayers(config, device, weights, PREFIX);
        var input = layers.patches(pixels)
                .weight(PREFIX + "embeddings.patch_embedding.bias", layers.width())
                .weight(PREFIX + "embeddings.position_embedding.weight", layers.places(), layers.width());
        int side = config.integer("vision_config.image_size") / patch(config);
        return layers.behind(device.blocks().gridEmbedding(PREFIX + "embeddings", input, side));
    }

    /** Weight and bias of the norm behind the layers, appended to the parameters of the block that comes next. */
    public static BlockParameters lastNorm(BlockParameters parameters, ModelConfig config) {
        int width = config.integer("vision_config.hidden_size");
        return parameters.weight(PREFIX + "post_layernorm.weight", width).weight(PREFIX + "post_layernorm.bias", width);
    }

    /** What cuts tiles into the tower's patches. */
    public static PixelInput input(ModelConfig config) {
        return new PatchRows(patch(config));
    }

    /** Side of a patch in pixels. */
    public static int patch(ModelConfig config) {
        return config.integer("vision_config.patch_size");
    }

    @Override
    public int classTokens() {
        return 0;
    }

    @Override
    public List<String> unusedWeights(ModelConfig config) {
        return List.of();
    }

    @Override
    public void takeUnused(ModelConfig config, ModelDevice device, WeightSource weights) {
        // Every weight is used.
    }
}
