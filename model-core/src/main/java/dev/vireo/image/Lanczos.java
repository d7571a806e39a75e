// SPDX-License-Identifier: Apache-2.0
package dev.vireo.image;

/**
 * Resizing of one plane with the Lanczos filter of three lobes, as Pillow does it on uint8: first along rows, rounded to
 * uint8, then along columns, weights in fixed point of 22 binary places. An axis that keeps its length is left as it is.
 *
 * <p>Source: Pillow, src/libImaging/Resample.c. (Pillow 13 begins with the columns where a picture is about twice as tall as
 * wide, which rounds otherwise.)
 */
final class Lanczos {
    private static final double LOBES = 3;
    private static final int PRECISION = 22;

    private Lanczos() {}

    /**
     * @param plane uint8 [height, width]
     * @return uint8 [newHeight, newWidth]
     */
    static byte[] shrink(byte[] plane, int height, int width, int newHeight, int newWidth) {
        byte[] narrow = width == newWidth ? plane : alongRows(plane, height, width, newWidth);
        if (height == newHeight) {
            return narrow;
        }
        byte[] turned = transposed(narrow, height, newWidth);
        return transposed(alongRows(turned, newWidth, height, newHeight), newWidth, newHeight);
    }

    private static byte[] alongRows(byte[] plane, int height, int width, int newWidth) {
        byte[] resized = new byte[height * newWidth];
        double scale = (double) width / newWidth;
        double stretch = Math.max(scale, 1);
        for (int x = 0; x < newWidth; x++) {
            double center = (x + 0.5) * scale;
            int first = Math.max((int) (center - LOBES * stretch + 0.5), 0);
            int last = Math.min((int) (center + LOBES * stretch + 0.5), width);
            int[] weights = weights(first, last - first, center, stretch);
            for (int y = 0; y < height; y++) {
                int sum = 1 << PRECISION - 1;
                for (int i = 0; i < weights.length; i++) {
                    sum += weights[i] * (plane[y * width + first + i] & 0xff);
                }
                resized[y * newWidth + x] = (byte) Math.min(Math.max(sum >> PRECISION, 0), 255);
            }
        }
        return resized;
    }

    private static int[] weights(int first, int count, double center, double stretch) {
        double[] exact = new double[count];
        double total = 0;
        for (int i = 0; i < count; i++) {
            exact[i] = filter((first + i - center + 0.5) * (1 / stretch));
            total += exact[i];
        }
        int[] weights = new int[count];
        for (int i = 0; i < count; i++) {
            double weight = exact[i] / total * (1 << PRECISION);
            weights[i] = (int) (weight < 0 ? weight - 0.5 : weight + 0.5);
        }
        return weights;
    }

    private static double filter(double x) {
        return x >= -LOBES && x < LOBES ? sinc(x) * sinc(x / LOBES) : 0;
    }

    private static double sinc(double x) {
        return x == 0 ? 1 : Math.sin(x * Math.PI) / (x * Math.PI);
    }

    private static byte[] transposed(byte[] plane, int height, int width) {
        byte[] turned = new byte[plane.length];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                turned[x * height + y] = plane[y * width + x];
            }
        }
        return turned;
    }
}
