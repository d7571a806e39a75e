// SPDX-License-Identifier: Apache-2.0
package dev.vireo.model.paligemma;

import dev.vireo.checkpoint.ModelConfig;
import dev.vireo.checkpoint.ProcessorSettings;
import dev.vireo.image.Bicubic;
import dev.vireo.image.ImageProcessor;
import dev.vireo.image.PlanarImage;
import dev.vireo.image.ProcessedImage;
import dev.vireo.image.RgbImage;
import dev.vireo.model.llava.TowerInput;
import java.util.List;

/** PaliGemma's pictures: squeezed into one tile, whatever their shape. Source: transformers 5.23, models/siglip/image_processing_siglip.py. */
final class PaligemmaImages implements ImageProcessor {
    private final ProcessorSettings settings;
    private final int side;
    private final int tokens;

    PaligemmaImages(ModelConfig config, ProcessorSettings settings) {
        settings.requireType("SiglipImageProcessor");
        this.settings = settings;
        side = TowerInput.side(config, settings);
        int patches = side / config.integer("vision_config.patch_size");
        tokens = patches * patches;
    }

    @Override
    public ProcessedImage process(RgbImage image, int rowImages) {
        PlanarImage tile = Bicubic.of(image, side, side).whole();
        return new ProcessedImage(tile.planes(), 1, side, side, image.height(), image.width());
    }

    @Override
    public int imageTokens(int height, int width, int rowImages) {
        return tokens;
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
