// SPDX-License-Identifier: Apache-2.0
package dev.vireo.image.codec;

import java.awt.image.IndexColorModel;
import java.awt.image.Raster;

/** Indices and the colours that they stand for. */
final class PaletteImage {
    private PaletteImage() {}

    static Pixels pixels(Raster raster, IndexColorModel palette) {
        int[] colours = new int[palette.getMapSize()];
        palette.getRGBs(colours);
        int count = raster.getHeight() * raster.getWidth();
        byte[] rgb = new byte[Math.multiplyExact(3, count)];
        byte[] alpha = new byte[count];
        int[] row = new int[raster.getWidth()];
        int pixel = 0;
        for (int y = 0; y < raster.getHeight(); y++) {
            raster.getSamples(0, y, row.length, 1, 0, row);
            for (int index : row) {
                int colour = colours[index];
                rgb[3 * pixel] = (byte) (colour >> 16);
                rgb[3 * pixel + 1] = (byte) (colour >> 8);
                rgb[3 * pixel + 2] = (byte) colour;
                alpha[pixel++] = (byte) (colour >>> 24);
            }
        }
        return palette.hasAlpha() ? Pixels.withAlpha(rgb, alpha) : Pixels.opaque(rgb);
    }
}
