// SPDX-License-Identifier: Apache-2.0
package dev.vireo.image;

/** Pillow's bicubic {@code Image.resize}, bit for bit. Source: Pillow 13, PIL/Image.py, Resample.c, Reduce.c. */
final class PillowResize {
    /** The {@code reducing_gap} of {@code thumbnail}: boxes are averaged first as long as twice the pixels are left. */
    private static final double GAP = 2;

    /** The EXIF orientation that swaps rows and columns. */
    private static final int TRANSPOSE = 5;

    private PillowResize() {}

    /** The picture with {@code height} x {@code width} pixels; itself if it has them. */
    static RgbImage of(RgbImage image, int height, int width) {
        return resized(image, image.height(), image.width(), height, width);
    }

    /** The same by way of averaged boxes, as {@code thumbnail} does it. */
    static RgbImage withReduction(RgbImage image, int height, int width) {
        int tall = Math.max(1, (int) ((double) image.height() / height / GAP));
        int wide = Math.max(1, (int) ((double) image.width() / width / GAP));
        if (tall == 1 && wide == 1) {
            return of(image, height, width);
        }
        // the last boxes may be cut off: the picture ends within them
        double rows = (double) image.height() / tall;
        double columns = (double) image.width() / wide;
        return resized(BoxReduction.of(image, tall, wide), rows, columns, height, width);
    }

    private static RgbImage resized(RgbImage image, double rows, double columns, int height, int width) {
        if (image.height() == height && image.width() == width && rows == height && columns == width) {
            return image;
        }
        if (downFirst(image, height, width)) {
            RgbImage turned = bicubic(Turn.of(image, TRANSPOSE), columns, rows, width, height);
            return Turn.of(turned, TRANSPOSE);
        }
        return bicubic(image, rows, columns, height, width);
    }

    /** Which way first changes the rounding. Found by trying: Pillow 13 begins with y where that removes more than twice what x does. */
    private static boolean downFirst(RgbImage image, int height, int width) {
        return height < image.height() && image.height() - height > 2 * (image.width() - width);
    }

    private static RgbImage bicubic(RgbImage image, double rows, double columns, int height, int width) {
        PlanarImage planar = Resizing.resized(
                PixelRows.of(image),
                ResizingAxis.ofPillow(Filter.BICUBIC, rows, image.height(), height),
                ResizingAxis.ofPillow(Filter.BICUBIC, columns, image.width(), width));
        byte[] planes = planar.planes();
        byte[] pixels = new byte[planes.length];
        int plane = height * width;
        for (int i = 0, target = 0; i < plane; i++) {
            pixels[target++] = planes[i];
            pixels[target++] = planes[plane + i];
            pixels[target++] = planes[2 * plane + i];
        }
        return new RgbImage(pixels, height, width);
    }
}
