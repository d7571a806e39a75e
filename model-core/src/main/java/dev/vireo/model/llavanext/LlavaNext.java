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
import dev.vireo.model.llama.LlamaDecoder;
import dev.vireo.model.llava.LlavaProjector;
import dev.vireo.model.tower.ClipTower;
import dev.vireo.nn.Block;
import dev.vireo.nn.WeightSource;
import java.util.ArrayList;
import java.util.List;

/** LLaVA-1.6, with a Mistral or Llama language model; transformers 5.23, models/llava_next. */
public final class LlavaNext implements ModelFamily {
    @Override
    public String modelType() {
        return "llava_next";
    }

    @Override
    public VisionEncoder vision(ModelConfig config, PixelScale pixels, ModelDevice device, WeightSource weights) {
        List<Block> blocks = new ArrayList<>(ClipTower.build(config, pixels, device, weights));
        blocks.add(LlavaProjector.build(config, device, weights));
        return new VisionEncoder(blocks, new GridPacking(config, device, weights, 0));
    }

    @Override
    public TextDecoder text(ModelConfig config, ModelDevice device, WeightSource weights) {
        return LlamaDecoder.build(config, device, weights);
    }

    @Override
    public ImageProcessor images(ModelConfig config, ProcessorSettings settings) {
        return new LlavaNextImages(config, settings);
    }

    @Override
    public int imageTokenId(ModelConfig config) {
        return config.integer("image_token_index");
    }

    @Override
    public String[] unusedWeights(ModelConfig config) {
        return ClipTower.unusedWeights(config);
    }

    @Override
    public void takeUnused(ModelConfig config, ModelDevice device, WeightSource weights) {
        ClipTower.takeUnused(config, device, weights);
    }
}
