// SPDX-License-Identifier: Apache-2.0
package dev.vireo.image;

/**
 * The 64 bits of a picture's difference hash (dHash): pictures that look alike differ in few of them. The picture is turned
 * grey and shrunk to 8 rows of 9 levels; a bit says whether a level is above the one left of it. Row by row, the first bit is
 * the highest.
 *
 * <p>Source: N. Krawetz, "Kind of Like That" (2013); bit for bit the {@code dhash} of ImageHash 4.3.2 with Pillow's grey levels
 * and its Lanczos filter along rows first.
 */
public final class DifferenceHash {
    private static final int ROWS = 8;
    private static final int LEVELS = 9;

    private DifferenceHash() {}

    /** The hash of a picture. */
    public static long of(RgbImage image) {
        byte[] small = Lanczos.shrink(grey(image), image.height(), image.width(), ROWS, LEVELS);
        long hash = 0;
        for (int y = 0; y < ROWS; y++) {
            for (int x = 1; x < LEVELS; x++) {
                int level = small[y * LEVELS + x] & 0xff;
                int left = small[y * LEVELS + x - 1] & 0xff;
                hash = hash << 1 | (level > left ? 1 : 0);
            }
        }
        return hash;
    }

    /** ITU-R 601 luma in Pillow's fixed point: uint8 [height, width]. */
    private static byte[] grey(RgbImage image) {
        byte[] pixels = image.pixels();
        byte[] grey = new byte[pixels.length / 3];
        for (int i = 0; i < grey.length; i++) {
            int red = pixels[3 * i] & 0xff;
            int green = pixels[3 * i + 1] & 0xff;
            int blue = pixels[3 * i + 2] & 0xff;
            grey[i] = (byte) (19595 * red + 38470 * green + 7471 * blue + 0x8000 >> 16);
        }
        return grey;
    }
}
