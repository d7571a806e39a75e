// SPDX-License-Identifier: Apache-2.0
package dev.vireo.image.codec;

/**
 * Components of a JPEG that have half the rows of the picture and all its columns (4:4:0, as a picture of a camera held
 * upright becomes when it is turned without loss). Pillow's libjpeg-turbo smooths them when it spreads them over the rows;
 * the libjpeg 6b of some JDKs repeats each row, that of others is libjpeg-turbo as well.
 *
 * <p>Source: libjpeg-turbo 3.2, jdsample.c, h1v2_fancy_upsample.
 */
final class HalfHeight {
    private HalfHeight() {}

    /**
     * Smooths a component in place if its rows are repeated. Where smoothing leaves every row the same as its twin it
     * has changed nothing, row after row from the first, so what is found repeated was not smoothed or need not have been.
     *
     * @param samples interleaved components, [height, width, bands]
     */
    static void smooth(byte[] samples, int bands, int band, int height, int width) {
        int pitch = bands * width;
        if (!repeated(samples, bands, band, height, pitch)) {
            return;
        }
        int[] above = row(samples, bands, band, 0, width);
        int[] here = above.clone();
        for (int y = 0; y < height; y += 2) {
            int[] below = y + 2 < height ? row(samples, bands, band, (y + 2) * pitch, width) : here;
            for (int x = 0; x < width; x++) {
                int at = y * pitch + x * bands + band;
                samples[at] = (byte) ((3 * here[x] + above[x] + 1) >> 2);
                if (y + 1 < height) {
                    samples[at + pitch] = (byte) ((3 * here[x] + below[x] + 2) >> 2);
                }
            }
            above = here;
            here = below;
        }
    }

    private static boolean repeated(byte[] samples, int bands, int band, int height, int pitch) {
        for (int y = 0; y + 1 < height; y += 2) {
            for (int at = y * pitch + band; at < (y + 1) * pitch; at += bands) {
                if (samples[at] != samples[at + pitch]) {
                    return false;
                }
            }
        }
        return true;
    }

    private static int[] row(byte[] samples, int bands, int band, int start, int width) {
        int[] row = new int[width];
        for (int x = 0; x < width; x++) {
            row[x] = samples[start + x * bands + band] & 0xff;
        }
        return row;
    }
}
