// SPDX-License-Identifier: Apache-2.0
package dev.vireo.model.llava;

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
import dev.vireo.model.tiles.FlatPacking;
import dev.vireo.model.tiles.SingleTileImages;
import dev.vireo.model.tiles.TowerTile;
import dev.vireo.model.tower.ClipTower;
import dev.vireo.model.tower.LlavaProjector;
import dev.vireo.nn.WeightSource;

/** LLaVA-1.5; transformers 5.23, models/llava. */
public final class Llava implements ModelFamily {
    @Override
    public String modelType() {
        return "llava";
    }

    @Override
    public VisionTower tower() {
        return new ClipTower();
    }

    @Override
    public VisionEncoder vision(ModelConfig config, PixelScale pixels, ModelDevice device, WeightSource weights) {
        return VisionEncoder.of(
                tower().build(config, pixels, device, weights),
                LlavaProjector.build(config, device, weights),
                new FlatPacking(device));
    }

    @Override
    public TextDecoder text(ModelConfig config, ModelDevice device, WeightSource weights) {
        return LlamaDecoder.build(config, device, weights);
    }

    @Override
    public ImageProcessor images(ModelConfig config, ProcessorSettings settings) {
        settings.requireType(SingleTileImages.PADDING_TYPE, "CLIPImageProcessor");
        return new SingleTileImages(TowerTile.of(config, tower(), settings), settings);
    }
}
