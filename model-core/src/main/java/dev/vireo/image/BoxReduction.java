// SPDX-License-Identifier: Apache-2.0
package dev.vireo.image;

/** Pillow's {@code Image.reduce}: means of boxes, rounded in its fixed point. Source: Pillow 13, Reduce.c, ImagingReduceNxN. */
final class BoxReduction {
    private static final int PLACES = 24;

    private BoxReduction() {}

    /** Boxes of {@code tall} x {@code wide} pixels, smaller at the lower and the right edge where they do not fit. */
    static RgbImage of(RgbImage image, int tall, int wide) {
        int height = (image.height() + tall - 1) / tall;
        int width = (image.width() + wide - 1) / wide;
        byte[] means = new byte[Math.multiplyExact(3, height * width)];
        for (int y = 0; y < height; y++) {
            int rows = Math.min(tall, image.height() - y * tall);
            for (int x = 0; x < width; x++) {
                int columns = Math.min(wide, image.width() - x * wide);
                int corner = 3 * (y * tall * image.width() + x * wide);
                for (int channel = 0; channel < 3; channel++) {
                    long sum = sum(image, corner + channel, rows, columns);
                    means[3 * (y * width + x) + channel] = mean(sum, rows * columns);
                }
            }
        }
        return new RgbImage(means, height, width);
    }

    private static long sum(RgbImage image, int corner, int rows, int columns) {
        byte[] pixels = image.pixels();
        long sum = 0;
        for (int row = 0; row < rows; row++) {
            int at = corner + 3 * row * image.width();
            for (int column = 0; column < columns; column++, at += 3) {
                sum += pixels[at] & 0xff;
            }
        }
        return sum;
    }

    /** The division is a multiplication, whose factor Pillow finds in float32. */
    private static byte mean(long sum, int count) {
        long factor = (long) (4294967296f / (float) (256L * count));
        return (byte) ((sum + count / 2) * factor >> PLACES);
    }
}
