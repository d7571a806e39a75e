// SPDX-License-Identifier: Apache-2.0
package dev.vireo.model.tiles;

import dev.vireo.checkpoint.CheckpointMismatchException;
import dev.vireo.checkpoint.ProcessorSettings;
import dev.vireo.image.Filter;
import dev.vireo.image.PlanarImage;
import dev.vireo.image.ProcessedImage;
import dev.vireo.image.Resizing;
import dev.vireo.image.RgbImage;

/**
 * Pictures as tiles: the whole squeezed into one tile, then the picture fitted into the best resolution, black around it,
 * cut row by row. Source: transformers 5.23, models/llava_next/image_processing_llava_next.py and
 * models/llava_onevision/image_processing_llava_onevision.py.
 */
final class Tiling {
    private final TileRules rules;
    private final int side;
    private final Filter filter;

    /** @throws CheckpointMismatchException if the processor's sizes or resolutions are not the model's */
    Tiling(TileRules rules, ProcessorSettings settings) {
        this.rules = rules;
        side = rules.side();
        filter = Filter.ofPillow(settings.resample());
        if (settings.size().height() != side || settings.size().width() != side) {
            throw new CheckpointMismatchException("Cannot process images as " + settings.source() + " says: size is "
                    + settings.size().height() + " x " + settings.size().width() + ", expected the side of a tile, "
                    + side
                    + " x " + side);
        }
        if (!settings.pinpoints().isEmpty() && !settings.pinpoints().equals(rules.pinpoints())) {
            throw new CheckpointMismatchException("Cannot process images as " + settings.source()
                    + " says: image_grid_pinpoints is " + settings.pinpoints() + ", but config.json has "
                    + rules.pinpoints());
        }
    }

    /** The base view and the tiles. */
    ProcessedImage process(RgbImage image) {
        TileGrid grid = rules.grid(image.height(), image.width());
        int tileBytes = 3 * side * side;
        byte[] tiles = new byte[tileBytes * (1 + grid.tiles())];
        Resizing.of(filter, image, side, side).whole().draw(tiles, 0, side, side, 0, 0);
        int gridHeight = grid.rows() * side;
        int gridWidth = grid.columns() * side;
        PlanarImage fitted = fitted(image, gridHeight, gridWidth);
        int top = (gridHeight - fitted.height()) / 2;
        int left = (gridWidth - fitted.width()) / 2;
        for (int tile = 0; tile < grid.tiles(); tile++) {
            int y = tile / grid.columns() * side;
            int x = tile % grid.columns() * side;
            fitted.draw(tiles, tileBytes * (1 + tile), side, side, top - y, left - x);
        }
        return new ProcessedImage(tiles, 1 + grid.tiles(), side, side, image.height(), image.width());
    }

    /** The picture as large as it fits, its shape kept. */
    private PlanarImage fitted(RgbImage image, int gridHeight, int gridWidth) {
        double scaleWidth = (double) gridWidth / image.width();
        double scaleHeight = (double) gridHeight / image.height();
        if (scaleWidth < scaleHeight) {
            int height = Math.min((int) Math.ceil(image.height() * scaleWidth), gridHeight);
            return Resizing.of(filter, image, height, gridWidth).whole();
        }
        int width = Math.min((int) Math.ceil(image.width() * scaleHeight), gridWidth);
        return Resizing.of(filter, image, gridHeight, width).whole();
    }
}
