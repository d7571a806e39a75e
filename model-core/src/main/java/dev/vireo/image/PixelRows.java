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

    /** A part of these rows. */
    default PixelRows part(int top, int left, int partHeight, int partWidth) {
        PixelRows whole = this;
        return new PixelRows() {
            @Override
            public int height() {
                return partHeight;
            }

            @Override
            public int width() {
                return partWidth;
            }

            @Override
            public byte[] array(int y) {
                return whole.array(top + y);
            }

            @Override
            public int offset(int y) {
                return whole.offset(top + y) + 3 * left;
            }
        };
    }

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
