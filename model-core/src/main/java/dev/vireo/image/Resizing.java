// SPDX-License-Identifier: Apache-2.0
package dev.vireo.image;

/**
 * Resizing with antialiasing on uint8, equal to torch's {@code interpolate(mode=..., antialias=True)} bit for bit: first along
 * rows, rounded to uint8, then along columns, in fixed point ({@link ResizingAxis}).
 *
 * <p>Source: torch 2.15, aten/src/ATen/native/cpu/UpSampleKernel.cpp; torchvision's resize calls it.
 */
public final class Resizing {
    private final Filter filter;
    private final PixelRows rows;
    private final int height;
    private final int width;

    private Resizing(Filter filter, PixelRows rows, int height, int width) {
        this.filter = filter;
        this.rows = rows;
        this.height = height;
        this.width = width;
    }

    /** The picture, to be resized to {@code height} x {@code width} pixels. */
    public static Resizing of(Filter filter, RgbImage image, int height, int width) {
        return new Resizing(filter, PixelRows.of(image), height, width);
    }

    /**
     * A part of the picture, to be resized to {@code height} x {@code width} pixels; what lies around it does not shine in.
     *
     * @param top of the part's upper edge
     * @param left of its left edge
     * @param size of the part
     */
    public static Resizing ofPart(
            Filter filter, RgbImage image, int top, int left, ImageSize size, int height, int width) {
        PixelRows part = PixelRows.of(image).part(top, left, size.height(), size.width());
        return new Resizing(filter, part, height, width);
    }

    /** A picture that was resized before, to be resized to {@code height} x {@code width} pixels. */
    public static Resizing of(Filter filter, PlanarImage image, int height, int width) {
        return new Resizing(filter, new PlanarRows(image), height, width);
    }

    /**
     * The picture in the middle of a square, to be resized to {@code height} x {@code width} pixels.
     *
     * @param colour of the square: levels of red, green and blue
     */
    public static Resizing ofSquare(Filter filter, RgbImage image, byte[] colour, int height, int width) {
        return new Resizing(filter, new SquarePadding(image, colour), height, width);
    }

    /** The resized picture. */
    public PlanarImage whole() {
        return window(0, 0, height, width);
    }

    /** A part of the resized picture; nothing else of it is computed. */
    public PlanarImage window(int top, int left, int windowHeight, int windowWidth) {
        ResizingAxis columns = ResizingAxis.of(filter, rows.width(), width, left, windowWidth);
        ResizingAxis lines = ResizingAxis.of(filter, rows.height(), height, top, windowHeight);
        return resized(rows, lines, columns);
    }

    /** What the two axes make of a picture. */
    static PlanarImage resized(PixelRows rows, ResizingAxis lines, ResizingAxis columns) {
        int height = lines.size();
        int width = columns.size();
        NarrowedRows narrowed = new NarrowedRows(rows, columns, lines.first(0), lines.longest());
        byte[] planes = new byte[Math.multiplyExact(3 * height, width)];
        int[] row = new int[3 * narrowed.plane()];
        for (int y = 0; y < height; y++) {
            narrowed.require(lines.first(y) + lines.count(y));
            TapSums.levels(row, narrowed.ring(), lines.first(y), lines, y);
            for (int channel = 0; channel < 3; channel++) {
                copy(row, channel * narrowed.plane(), planes, (channel * height + y) * width, width);
            }
        }
        return new PlanarImage(planes, height, width);
    }

    private static void copy(int[] levels, int from, byte[] planes, int target, int count) {
        for (int i = 0; i < count; i++) {
            planes[target + i] = (byte) levels[from + i];
        }
    }
}
