// SPDX-License-Identifier: Apache-2.0
package dev.vireo.model.llavaonevision;

import dev.vireo.checkpoint.CheckpointMismatchException;
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
import dev.vireo.model.llavanext.GridPacking;
import dev.vireo.model.tower.SiglipTower;
import dev.vireo.nn.Block;
import dev.vireo.nn.WeightSource;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** LLaVA-OneVision, pictures only; transformers 5.23, models/llava_onevision. */
public final class LlavaOnevision implements ModelFamily {
    private static final Pattern ASPECT = Pattern.compile("anyres_max_([1-9]\\d{0,3})");

    @Override
    public String modelType() {
        return "llava_onevision";
    }

    @Override
    public VisionEncoder vision(ModelConfig config, PixelScale pixels, ModelDevice device, WeightSource weights) {
        config.requireOneOf("vision_feature_select_strategy", "full");
        List<Block> blocks = new ArrayList<>(SiglipTower.build(config, pixels, device, weights));
        blocks.add(LlavaProjector.build(config, device, weights));
        return new VisionEncoder(blocks, new GridPacking(config, device, weights, maxTiles(config)));
    }

    /** Tiles whose features are kept at most, from {@code vision_aspect_ratio}. */
    static int maxTiles(ModelConfig config) {
        String aspect = config.text("vision_aspect_ratio");
        Matcher matcher = ASPECT.matcher(aspect);
        if (!matcher.matches()) {
            throw new CheckpointMismatchException("Cannot build the model of " + config.source()
                    + ": vision_aspect_ratio is \"" + aspect + "\" (supported: anyres_max_N)");
        }
        return Integer.parseInt(matcher.group(1));
    }

    @Override
    public TextDecoder text(ModelConfig config, ModelDevice device, WeightSource weights) {
        return LlamaDecoder.build(config, device, weights);
    }

    @Override
    public ImageProcessor images(ModelConfig config, ProcessorSettings settings) {
        return new OnevisionImages(config, settings);
    }

    @Override
    public int imageTokenId(ModelConfig config) {
        return config.integer("image_token_index");
    }

    @Override
    public String[] unusedWeights(ModelConfig config) {
        List<String> unused = new ArrayList<>(SiglipTower.unusedWeights(config));
        if (config.flag("tie_word_embeddings")) {
            unused.add("lm_head\\.weight");
        }
        return unused.toArray(String[]::new);
    }

    @Override
    public void takeUnused(ModelConfig config, ModelDevice device, WeightSource weights) {
        SiglipTower.takeUnused(config, device, weights);
    }
}
