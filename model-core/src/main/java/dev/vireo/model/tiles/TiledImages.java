// SPDX-License-Identifier: Apache-2.0
package dev.vireo.model.tiles;

import dev.vireo.checkpoint.ProcessorSettings;
import dev.vireo.image.Filter;
import dev.vireo.image.ImageProcessor;
import dev.vireo.image.PlanarImage;
import dev.vireo.image.ProcessedImage;
import dev.vireo.image.Resizing;
import dev.vireo.image.RgbImage;

/**
 * Pictures as a base view and {@linkplain Tiling tiles}; where the rules do not tile one of several, that is one tile, padded
 * to a square. Source: transformers 5.23, models/llava_next and models/llava_onevision, image_processing and processing.
 */
public final class TiledImages implements ImageProcessor {
    private static final int NEWLINE = 1;

    private final TowerTile tile;
    private final TileRules rules;
    private final ProcessorSettings settings;
    private final Filter filter;
    private final Tiling tiling;

    /**
     * @throws dev.vireo.checkpoint.CheckpointMismatchException if the processor's sizes or resolutions are not the model's
     */
    public TiledImages(TowerTile tile, TileRules rules, ProcessorSettings settings) {
        this.tile = tile;
        this.rules = rules;
        this.settings = settings;
        filter = Filter.ofPillow(settings.resample());
        tiling = new Tiling(rules, settings);
    }

    @Override
    public ProcessedImage process(RgbImage image, int rowImages) {
        if (rules.tiles(rowImages)) {
            return tiling.process(image);
        }
        int side = tile.side();
        PlanarImage square = Resizing.ofSquare(filter, image, settings.meanColour(), side, side)
                .whole();
        return new ProcessedImage(square.planes(), 1, side, side, image.height(), image.width());
    }

    @Override
    public int imageTokens(int height, int width, int rowImages) {
        return tile.tokens()
                + (rules.tiles(rowImages)
                        ? rules.features(rules.window(height, width)).tokens()
                        : NEWLINE);
    }
}
