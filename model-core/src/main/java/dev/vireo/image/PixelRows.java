// SPDX-License-Identifier: Apache-2.0
package dev.vireo.image;

/** Rows of interleaved RGB bytes, where they lie. */
interface PixelRows {
    int height();

    int width();

    /** The array that holds row {@code y}, valid until the next call. */
    byte[] array(int y);

    /** Where row {@code y} begins in its array. */
    int offset(int y);

    static PixelRows of(RgbImage image) {
        return new PixelRows() {
            @Override
            public int height() {
                return image.height();
            }

            @Override
            public int width() {
                return image.width();
            }

            @Override
            public byte[] array(int y) {
                return image.pixels();
            }

            @Override
            public int offset(int y) {
                return 3 * y * image.width();
            }
        };
    }
}
