// SPDX-License-Identifier: Apache-2.0
package dev.vireo.model.tiles;

/** Rows and columns of a picture's stitched feature map as the language model takes it. */
record FeatureSize(int rows, int columns) {
    private static final double TOLERATED = 1.1;

    /** The window as it is. */
    static FeatureSize of(FeatureWindow window) {
        return new FeatureSize(window.rows(), window.columns());
    }

    /**
     * The window, shrunk to about {@code maxTiles} tiles' features where it has clearly more. Source: transformers 5.23,
     * models/llava_onevision pack_image_features.
     *
     * @param side patches along the side of a tile
     */
    static FeatureSize within(int maxTiles, FeatureWindow window, int side) {
        double ratio = Math.sqrt((double) window.rows() * window.columns() / ((double) maxTiles * side * side));
        return ratio > TOLERATED
                ? new FeatureSize(floorDivided(window.rows(), ratio), floorDivided(window.columns(), ratio))
                : of(window);
    }

    /** Features with a newline behind each row. */
    int tokens() {
        return rows * columns + rows;
    }

    /** Python's {@code int(a // b)}: from the exact remainder, not from the rounded quotient. */
    private static int floorDivided(int a, double b) {
        return (int) Math.rint((a - a % b) / b);
    }
}
