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
import dev.vireo.model.tower.SiglipTower;
import dev.vireo.nn.WeightSource;

/** LLaVA-1.5, and what others made of it: a SigLIP tower, a Qwen2 language model; transformers 5.23, models/llava. */
public final class Llava implements ModelFamily {
    private static final String TOWER = "vision_config.model_type";
    private static final String CLIP = "clip_vision_model";
    private static final String SIGLIP = "siglip_vision_model";

    @Override
    public String modelType() {
        return "llava";
    }

    @Override
    public VisionTower tower(ModelConfig config) {
        config.requireOneOf(TOWER, CLIP, SIGLIP);
        return config.text(TOWER).equals(SIGLIP) ? new SiglipTower() : new ClipTower();
    }

    @Override
    public VisionEncoder vision(ModelConfig config, PixelScale pixels, ModelDevice device, WeightSource weights) {
        return VisionEncoder.of(
                tower(config).build(config, pixels, device, weights),
                LlavaProjector.build(config, device, weights),
                new FlatPacking(device));
    }

    @Override
    public TextDecoder text(ModelConfig config, ModelDevice device, WeightSource weights) {
        return LlamaDecoder.build(config, device, weights);
    }

    @Override
    public ImageProcessor images(ModelConfig config, ProcessorSettings settings) {
        settings.requireType(SingleTileImages.PADDING_TYPE, "CLIPImageProcessor", "SiglipImageProcessor");
        return new SingleTileImages(TowerTile.of(config, tower(config), settings), settings);
    }
}
