// SPDX-License-Identifier: Apache-2.0
package dev.vireo.model.idefics2;

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
import dev.vireo.model.tower.GridTower;
import dev.vireo.nn.Block;
import dev.vireo.nn.DecoderShape.Prefix;
import dev.vireo.nn.WeightSource;
import java.util.ArrayList;
import java.util.List;

/** Idefics2 (Laurencon et al. 2024, arXiv 2405.02246); transformers 5.23, models/idefics2. */
public final class Idefics2 implements ModelFamily {
    private static final String TEXT_MODEL = "model.text_model.";

    @Override
    public String modelType() {
        return "idefics2";
    }

    @Override
    public VisionTower tower(ModelConfig config) {
        return new GridTower();
    }

    @Override
    public VisionEncoder vision(ModelConfig config, PixelScale pixels, ModelDevice device, WeightSource weights) {
        List<Block> blocks = new ArrayList<>(tower(config).build(config, pixels, device, weights));
        blocks.addAll(Connector.build(config, device, weights));
        return new VisionEncoder(GridTower.input(config), blocks, new FlatPacking(device));
    }

    @Override
    public TextDecoder text(ModelConfig config, ModelDevice device, WeightSource weights) {
        config.requireOneOf("text_config.model_type", "mistral");
        return LlamaDecoder.build(config, device, weights, TEXT_MODEL, Prefix.CAUSAL);
    }

    @Override
    public ImageProcessor images(ModelConfig config, ProcessorSettings settings) {
        return new Idefics2Images(config, settings);
    }
}
