// SPDX-License-Identifier: Apache-2.0
package dev.vireo.image;

import java.util.Arrays;

/**
 * Bicubic resizing with antialiasing on uint8, equal to torch's {@code interpolate(mode="bicubic", antialias=True)} bit for
 * bit: first along rows, rounded to uint8, then along columns, in fixed point ({@link BicubicAxis}).
 *
 * <p>Source: torch 2.15, aten/src/ATen/native/cpu/UpSampleKernel.cpp; torchvision's resize calls it.
 */
public final class Bicubic {
    private final PixelRows rows;
    private final int height;
    private final int width;

    private Bicubic(PixelRows rows, int height, int width) {
        this.rows = rows;
        this.height = height;
        this.width = width;
    }

    /** The picture, to be resized to {@code height} x {@code width} pixels. */
    public static Bicubic of(RgbImage image, int height, int width) {
        return new Bicubic(PixelRows.of(image), height, width);
    }

    /**
     * The picture in the middle of a square, to be resized to {@code height} x {@code width} pixels.
     *
     * @param colour of the square: levels of red, green and blue
     */
    public static Bicubic ofSquare(RgbImage image, byte[] colour, int height, int width) {
        return new Bicubic(new SquarePadding(image, colour), height, width);
    }

    /** The resized picture. */
    public PlanarImage whole() {
        return window(0, 0, height, width);
    }

    /** A part of the resized picture; nothing else of it is computed. */
    public PlanarImage window(int top, int left, int windowHeight, int windowWidth) {
        BicubicAxis columns = BicubicAxis.of(rows.width(), width, left, windowWidth);
        BicubicAxis lines = BicubicAxis.of(rows.height(), height, top, windowHeight);
        int begin = lines.begin();
        int[] planes = alongRows(columns, begin, lines.end());
        return alongColumns(planes, begin, lines, windowWidth);
    }

    /** Levels of rows {@code begin} to {@code end}: for each row, three planes of one line. */
    private int[] alongRows(BicubicAxis axis, int begin, int end) {
        int size = axis.size();
        int[] planes = new int[Math.multiplyExact(3 * (end - begin), size)];
        int[] weights = axis.weights();
        int half = 1 << (axis.precision() - 1);
        for (int y = begin; y < end; y++) {
            byte[] row = rows.array(y);
            int start = rows.offset(y);
            int target = 3 * (y - begin) * size;
            for (int x = 0; x < size; x++) {
                int red = half;
                int green = half;
                int blue = half;
                int source = start + 3 * axis.first(x);
                int weight = axis.offset(x);
                for (int last = weight + axis.count(x); weight < last; weight++, source += 3) {
                    red += weights[weight] * (row[source] & 0xff);
                    green += weights[weight] * (row[source + 1] & 0xff);
                    blue += weights[weight] * (row[source + 2] & 0xff);
                }
                planes[target + x] = level(red >> axis.precision());
                planes[target + size + x] = level(green >> axis.precision());
                planes[target + 2 * size + x] = level(blue >> axis.precision());
            }
        }
        return planes;
    }

    private static PlanarImage alongColumns(int[] planes, int begin, BicubicAxis axis, int width) {
        int line = 3 * width;
        byte[] resized = new byte[Math.multiplyExact(axis.size(), line)];
        int[] sums = new int[line];
        for (int y = 0; y < axis.size(); y++) {
            Arrays.fill(sums, 1 << (axis.precision() - 1));
            for (int tap = 0; tap < axis.count(y); tap++) {
                int weight = axis.weights()[axis.offset(y) + tap];
                add(sums, planes, (axis.first(y) + tap - begin) * line, weight);
            }
            for (int channel = 0; channel < 3; channel++) {
                int target = (channel * axis.size() + y) * width;
                for (int x = 0; x < width; x++) {
                    resized[target + x] = (byte) level(sums[channel * width + x] >> axis.precision());
                }
            }
        }
        return new PlanarImage(resized, axis.size(), width);
    }

    private static void add(int[] sums, int[] planes, int offset, int weight) {
        for (int i = 0; i < sums.length; i++) {
            sums[i] += weight * planes[offset + i];
        }
    }

    private static int level(int value) {
        return Math.min(Math.max(value, 0), 255);
    }
}
