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
import dev.vireo.model.VisionTower;
import dev.vireo.model.llama.LlamaDecoder;
import dev.vireo.model.tiles.GridPacking;
import dev.vireo.model.tiles.TileRules;
import dev.vireo.model.tiles.TiledImages;
import dev.vireo.model.tiles.TowerTile;
import dev.vireo.model.tower.LlavaProjector;
import dev.vireo.model.tower.SiglipTower;
import dev.vireo.nn.WeightSource;
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
    public VisionTower tower(ModelConfig config) {
        return new SiglipTower();
    }

    @Override
    public VisionEncoder vision(ModelConfig config, PixelScale pixels, ModelDevice device, WeightSource weights) {
        config.requireOneOf("vision_feature_select_strategy", "full");
        return VisionEncoder.of(
                tower(config).build(config, pixels, device, weights),
                LlavaProjector.build(config, device, weights),
                new GridPacking(config, rules(config), device, weights));
    }

    @Override
    public TextDecoder text(ModelConfig config, ModelDevice device, WeightSource weights) {
        return LlamaDecoder.build(config, device, weights);
    }

    @Override
    public ImageProcessor images(ModelConfig config, ProcessorSettings settings) {
        settings.requireType("LlavaOnevisionImageProcessor");
        return new TiledImages(TowerTile.of(config, tower(config), settings), rules(config), settings);
    }

    /** How many tiles' features are kept is part of {@code vision_aspect_ratio}. */
    private static TileRules rules(ModelConfig config) {
        String aspect = config.text("vision_aspect_ratio");
        Matcher matcher = ASPECT.matcher(aspect);
        if (!matcher.matches()) {
            throw new CheckpointMismatchException("Cannot build the model of " + config.source()
                    + ": vision_aspect_ratio is \"" + aspect + "\" (supported: anyres_max_N)");
        }
        return TileRules.shrinking(config, Integer.parseInt(matcher.group(1)));
    }
}
