// SPDX-License-Identifier: Apache-2.0
package dev.vireo.image.codec;

import java.awt.image.IndexColorModel;

/** Indices and the colours that they stand for. */
final class PaletteImage {
    private PaletteImage() {}

    static Pixels pixels(int[] indices, IndexColorModel palette) {
        int[] colours = new int[palette.getMapSize()];
        palette.getRGBs(colours);
        byte[] rgb = new byte[Math.multiplyExact(3, indices.length)];
        byte[] alpha = new byte[indices.length];
        for (int pixel = 0; pixel < indices.length; pixel++) {
            int colour = colours[indices[pixel]];
            rgb[3 * pixel] = (byte) (colour >> 16);
            rgb[3 * pixel + 1] = (byte) (colour >> 8);
            rgb[3 * pixel + 2] = (byte) colour;
            alpha[pixel] = (byte) (colour >>> 24);
        }
        return palette.hasAlpha()
                ? Pixels.withTransparentColour(rgb, alpha, transparentColour(colours))
                : Pixels.opaque(rgb);
    }

    /** The colour of the one entry that is transparent, if all others are opaque; as Pillow's PngImagePlugin.chunk_tRNS. */
    private static int transparentColour(int[] colours) {
        int found = Pixels.NONE;
        for (int colour : colours) {
            int opacity = colour >>> 24;
            if (opacity == 0 && found == Pixels.NONE) {
                found = colour & 0xffffff;
            } else if (opacity != 255) {
                return Pixels.NONE;
            }
        }
        return found;
    }
}
