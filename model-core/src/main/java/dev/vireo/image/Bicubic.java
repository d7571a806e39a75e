// SPDX-License-Identifier: Apache-2.0
package dev.vireo.image;

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
        NarrowedRows narrowed = new NarrowedRows(rows, columns, lines.first(0), lines.longest());
        byte[] planes = new byte[Math.multiplyExact(3 * windowHeight, windowWidth)];
        int[] row = new int[3 * narrowed.plane()];
        for (int y = 0; y < windowHeight; y++) {
            narrowed.require(lines.first(y) + lines.count(y));
            TapSums.levels(row, narrowed.ring(), lines.first(y), lines, y);
            for (int channel = 0; channel < 3; channel++) {
                int target = (channel * windowHeight + y) * windowWidth;
                copy(row, channel * narrowed.plane(), planes, target, windowWidth);
            }
        }
        return new PlanarImage(planes, windowHeight, windowWidth);
    }

    private static void copy(int[] levels, int from, byte[] planes, int target, int count) {
        for (int i = 0; i < count; i++) {
            planes[target + i] = (byte) levels[from + i];
        }
    }
}
