// SPDX-License-Identifier: Apache-2.0
package dev.vireo.model.tiles;

import java.util.List;

/**
 * The grid of tiles that a picture is cut into, besides its base view.
 *
 * @param rows tiles from top to bottom
 * @param columns tiles from left to right
 */
record TileGrid(int rows, int columns) {
    /**
     * Chooses the resolution that keeps most of the picture's pixels, then the one that wastes least; the first wins.
     * Source: transformers 5.23, image_processing_utils select_best_resolution.
     *
     * @param pinpoints heights and widths in pixels, multiples of {@code tile}
     * @param tile side of a tile in pixels
     * @throws IllegalArgumentException if the picture is so narrow that no resolution keeps a pixel of it
     */
    static TileGrid of(int imageHeight, int imageWidth, List<List<Integer>> pinpoints, int tile) {
        long mostEffective = 0;
        long leastWasted = Long.MAX_VALUE;
        List<Integer> best = List.of();
        for (List<Integer> pinpoint : pinpoints) {
            int height = pinpoint.get(0);
            int width = pinpoint.get(1);
            double scale = Math.min((double) width / imageWidth, (double) height / imageHeight);
            long downscaled = (long) (imageWidth * scale) * (long) (imageHeight * scale);
            long effective = Math.min(downscaled, (long) imageWidth * imageHeight);
            long wasted = (long) width * height - effective;
            if (effective > mostEffective || (effective == mostEffective && wasted < leastWasted)) {
                mostEffective = effective;
                leastWasted = wasted;
                best = pinpoint;
            }
        }
        if (best.isEmpty()) {
            throw new IllegalArgumentException("Cannot tile a picture of " + imageHeight + " x " + imageWidth
                    + " pixels: no resolution of " + pinpoints + " keeps a pixel of it");
        }
        return new TileGrid(best.get(0) / tile, best.get(1) / tile);
    }

    /** Tiles of the grid, without the base view. */
    int tiles() {
        return rows * columns;
    }
}
