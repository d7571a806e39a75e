// SPDX-License-Identifier: Apache-2.0
package dev.vireo.image;

/** A picture in the middle of a square of one colour, made row by row. Source: transformers 5.23, models/llava pad_to_square. */
final class SquarePadding implements PixelRows {
    private final RgbImage image;
    private final int side;
    private final int top;
    private final int left;
    private final byte[] ground;
    private final byte[] row;

    /** @param colour levels of red, green and blue */
    SquarePadding(RgbImage image, byte[] colour) {
        this.image = image;
        side = Math.max(image.height(), image.width());
        top = (side - image.height()) / 2;
        left = (side - image.width()) / 2;
        ground = new byte[3 * side];
        for (int i = 0; i < ground.length; i++) {
            ground[i] = colour[i % 3];
        }
        row = ground.clone();
    }

    @Override
    public int height() {
        return side;
    }

    @Override
    public int width() {
        return side;
    }

    @Override
    public byte[] array(int y) {
        if (y < top || y >= top + image.height()) {
            return ground;
        }
        System.arraycopy(image.pixels(), 3 * (y - top) * image.width(), row, 3 * left, 3 * image.width());
        return row;
    }

    @Override
    public int offset(int y) {
        return 0;
    }
}
