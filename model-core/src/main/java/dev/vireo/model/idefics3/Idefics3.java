// SPDX-License-Identifier: Apache-2.0
package dev.vireo.model.idefics3;

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
import dev.vireo.nn.Activation;
import dev.vireo.nn.Block;
import dev.vireo.nn.BlockParameters;
import dev.vireo.nn.DecoderShape.Prefix;
import dev.vireo.nn.WeightSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Idefics3 (Laurencon et al. 2024, arXiv 2408.12637), which the first SmolVLM is too, and SmolVLM2 under another type (Marafioti et
 * al. 2025, arXiv 2504.05299), pictures only; transformers 5.23, models/idefics3 and models/smolvlm.
 */
public final class Idefics3 implements ModelFamily {
    private static final String TEXT_MODEL = "model.text_model.";
    private static final String CONNECTOR = "model.connector";
    private static final String PROJECTION = CONNECTOR + ".modality_projection";

    private final String modelType;
    private final String processorType;

    /** Of type {@code idefics3}. */
    public Idefics3() {
        this("idefics3", "Idefics3ImageProcessor");
    }

    private Idefics3(String modelType, String processorType) {
        this.modelType = modelType;
        this.processorType = processorType;
    }

    /** Of type {@code smolvlm}: the same model for pictures. */
    public static Idefics3 smolVlm() {
        return new Idefics3("smolvlm", "SmolVLMImageProcessor");
    }

    @Override
    public String modelType() {
        return modelType;
    }

    @Override
    public VisionTower tower(ModelConfig config) {
        return new GridTower();
    }

    @Override
    public VisionEncoder vision(ModelConfig config, PixelScale pixels, ModelDevice device, WeightSource weights) {
        List<Block> blocks = new ArrayList<>(tower(config).build(config, pixels, device, weights));
        int scale = config.integer("scale_factor");
        int joined = scale * scale * config.integer("vision_config.hidden_size");
        int textWidth = config.integer("text_config.hidden_size");
        blocks.add(device.blocks()
                .block(
                        Idefics3.class,
                        CONNECTOR,
                        GridTower.lastNorm(new BlockParameters(device.manager(), weights), config),
                        2L * config.integer("vision_config.hidden_size"),
                        Map.of("scale", (long) scale, "eps", config.number("vision_config.layer_norm_eps")),
                        "PixelShuffle.py"));
        var projection = new BlockParameters(device.manager(), weights)
                .linear(PROJECTION + ".proj", joined, textWidth)
                .noLinear()
                .none()
                .none();
        blocks.add(device.blocks().projector(PROJECTION, projection, 0, Activation.GELU, 0, textWidth));
        return new VisionEncoder(GridTower.input(config), blocks, new FlatPacking(device));
    }

    @Override
    public TextDecoder text(ModelConfig config, ModelDevice device, WeightSource weights) {
        config.requireOneOf("text_config.model_type", "llama");
        return LlamaDecoder.build(config, device, weights, TEXT_MODEL, Prefix.CAUSAL);
    }

    @Override
    public ImageProcessor images(ModelConfig config, ProcessorSettings settings) {
        settings.requireType(processorType);
        return new Idefics3Images(config, settings);
    }
}
