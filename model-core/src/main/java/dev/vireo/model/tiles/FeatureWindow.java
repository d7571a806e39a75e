// SPDX-License-Identifier: Apache-2.0
package dev.vireo.model.tiles;

import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * The part of the stitched feature map that shows the picture and not the padding around it, in patches; ends exclusive. A
 * very narrow picture may have no column, or no row, at all. Source: transformers 5.23, models/llava_next unpad_image.
 */
record FeatureWindow(int top, int bottom, int left, int right) {
    /**
     * @param grid the picture's tiles
     * @param side patches along the side of a tile
     */
    static FeatureWindow of(int imageHeight, int imageWidth, TileGrid grid, int side) {
        int height = grid.rows() * side;
        int width = grid.columns() * side;
        if ((double) imageWidth / imageHeight > (double) width / height) {
            int kept = rounded(imageHeight * ((double) width / imageWidth));
            int padding = (height - kept) / 2;
            return new FeatureWindow(padding, height - padding, 0, width);
        }
        int kept = rounded(imageWidth * ((double) height / imageHeight));
        int padding = (width - kept) / 2;
        return new FeatureWindow(0, height, padding, width - padding);
    }

    int rows() {
        return bottom - top;
    }

    int columns() {
        return right - left;
    }

    /** Python's {@code int(round(x, 7))}. */
    private static int rounded(double x) {
        return new BigDecimal(x).setScale(7, RoundingMode.HALF_EVEN).intValue();
    }
}
