// SPDX-License-Identifier: Apache-2.0
package dev.vireo.model.llavanext;

import dev.vireo.checkpoint.ModelConfig;
import dev.vireo.checkpoint.ProcessorSettings;
import dev.vireo.image.ImageProcessor;
import dev.vireo.image.ProcessedImage;
import dev.vireo.image.RgbImage;
import dev.vireo.model.llava.TowerInput;
import java.util.List;

/** LLaVA-1.6's pictures: {@link Tiling}, every one of several too. */
final class LlavaNextImages implements ImageProcessor {
    private final ProcessorSettings settings;
    private final Tiling tiling;
    private final int patches;
    private final int baseTokens;

    LlavaNextImages(ModelConfig config, ProcessorSettings settings) {
        settings.requireType("LlavaNextImageProcessor");
        this.settings = settings;
        tiling = new Tiling(config, settings);
        patches = tiling.side() / config.integer("vision_config.patch_size");
        baseTokens = TowerInput.tokens(config);
    }

    @Override
    public ProcessedImage process(RgbImage image, int rowImages) {
        return tiling.process(image);
    }

    @Override
    public int imageTokens(int height, int width, int rowImages) {
        FeatureWindow window = FeatureWindow.of(height, width, tiling.grid(height, width), patches);
        return baseTokens + FeatureSize.of(window).tokens();
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
