// SPDX-License-Identifier: Apache-2.0
package dev.vireo.model.llavaonevision;

import dev.vireo.checkpoint.ModelConfig;
import dev.vireo.checkpoint.ProcessorSettings;
import dev.vireo.image.Bicubic;
import dev.vireo.image.ImageProcessor;
import dev.vireo.image.PlanarImage;
import dev.vireo.image.ProcessedImage;
import dev.vireo.image.RgbImage;
import dev.vireo.model.llavanext.FeatureSize;
import dev.vireo.model.llavanext.FeatureWindow;
import dev.vireo.model.llavanext.Tiling;
import java.util.List;

/**
 * LLaVA-OneVision's pictures: tiles where a row has one picture; one of several becomes one tile, padded to a square.
 * Source: transformers 5.23, models/llava_onevision/image_processing_llava_onevision.py and processing_llava_onevision.py.
 */
final class OnevisionImages implements ImageProcessor {
    private static final int NEWLINE = 1;

    private final ProcessorSettings settings;
    private final Tiling tiling;
    private final int patches;
    private final int maxTiles;

    OnevisionImages(ModelConfig config, ProcessorSettings settings) {
        settings.requireType("LlavaOnevisionImageProcessor");
        this.settings = settings;
        tiling = new Tiling(config, settings);
        patches = tiling.side() / config.integer("vision_config.patch_size");
        maxTiles = LlavaOnevision.maxTiles(config);
    }

    @Override
    public ProcessedImage process(RgbImage image, int rowImages) {
        if (rowImages == 1) {
            return tiling.process(image);
        }
        int side = tiling.side();
        PlanarImage square =
                Bicubic.ofSquare(image, settings.meanColour(), side, side).whole();
        return new ProcessedImage(square.planes(), 1, side, side, image.height(), image.width());
    }

    @Override
    public int imageTokens(int height, int width, int rowImages) {
        int base = patches * patches;
        if (rowImages > 1) {
            return base + NEWLINE;
        }
        FeatureWindow window = FeatureWindow.of(height, width, tiling.grid(height, width), patches);
        return base + FeatureSize.within(maxTiles, window, patches).tokens();
    }

    @Override
    public double rescaleFactor() {
        return settings.rescale();
    }

    @Override
    public List<Double> mean() {
        return settings.mean();
    }

    @Override
    public List<Double> std() {
        return settings.std();
    }
}
