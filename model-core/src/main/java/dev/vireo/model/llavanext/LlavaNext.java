// SPDX-License-Identifier: Apache-2.0
package dev.vireo.model.llavanext;

import dev.vireo.checkpoint.ModelConfig;
import dev.vireo.checkpoint.ProcessorSettings;
import dev.vireo.image.ImageProcessor;
import dev.vireo.model.ModelDevice;
import dev.vireo.model.ModelFamily;
import dev.vireo.model.PixelScale;
import dev.vireo.model.TextDecoder;
import dev.vireo.model.VisionEncoder;
import dev.vireo.model.VisionTower;
import dev.vireo.model.llama.LlamaDecoder;
import dev.vireo.model.tiles.GridPacking;
import dev.vireo.model.tiles.TileRules;
import dev.vireo.model.tiles.TiledImages;
import dev.vireo.model.tiles.TowerTile;
import dev.vireo.model.tower.ClipTower;
import dev.vireo.model.tower.LlavaProjector;
import dev.vireo.nn.WeightSource;

/** LLaVA-1.6, with a Mistral or Llama language model; transformers 5.23, models/llava_next. */
public final class LlavaNext implements ModelFamily {
    @Override
    public String modelType() {
        return "llava_next";
    }

    @Override
    public VisionTower tower(ModelConfig config) {
        return new ClipTower();
    }

    @Override
    public VisionEncoder vision(ModelConfig config, PixelScale pixels, ModelDevice device, WeightSource weights) {
        // A class token has no place in the grid of patches.
        config.requireOneOf("vision_feature_select_strategy", "default");
        return VisionEncoder.of(
                tower(config).build(config, pixels, device, weights),
                LlavaProjector.build(config, device, weights),
                new GridPacking(config, TileRules.of(config), device, weights));
    }

    @Override
    public TextDecoder text(ModelConfig config, ModelDevice device, WeightSource weights) {
        return LlamaDecoder.build(config, device, weights);
    }

    @Override
    public ImageProcessor images(ModelConfig config, ProcessorSettings settings) {
        settings.requireType("LlavaNextImageProcessor");
        return new TiledImages(TowerTile.of(config, tower(config), settings), TileRules.of(config), settings);
    }
}
