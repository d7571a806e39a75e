// SPDX-License-Identifier: Apache-2.0
package dev.vireo.image.codec;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.IOException;
import java.util.Arrays;

/** PNG of every kind: the JDK's reader gives samples, whose meaning follows the header as in Pillow. */
final class PngCodec implements Codec {
    private static final int GREY = 0;
    private static final int PALETTE = 3;
    private static final int GREY_ALPHA = 4;

    @Override
    public boolean recognises(byte[] encoded) {
        int length = PngChunks.SIGNATURE.length;
        return encoded.length >= length && Arrays.equals(encoded, 0, length, PngChunks.SIGNATURE, 0, length);
    }

    @Override
    public ImageHeader header(byte[] encoded) throws IOException {
        return PngChunks.read(encoded).header();
    }

    @Override
    public Pixels decode(byte[] encoded, ImageHeader header) throws IOException {
        PngChunks chunks = PngChunks.read(encoded);
        try (StandardReader reader = StandardReader.open("png", chunks.withoutTransparentColour())) {
            BufferedImage image = reader.get().read(0);
            Raster raster = image.getRaster();
            if (chunks.colourType() == PALETTE) {
                return PaletteImage.pixels(band(raster, 0), (IndexColorModel) image.getColorModel());
            }
            boolean grey = chunks.colourType() == GREY || chunks.colourType() == GREY_ALPHA;
            byte[][] levels = levels(raster, chunks);
            byte[] rgb =
                    grey ? interleaved(levels[0], levels[0], levels[0]) : interleaved(levels[0], levels[1], levels[2]);
            int opaqueBands = grey ? 1 : 3;
            if (raster.getNumBands() > opaqueBands) {
                return Pixels.withAlpha(rgb, levels[opaqueBands]);
            }
            return chunks.hasTransparentColour()
                    ? Pixels.withTransparentColour(rgb, opacity(rgb, chunks.transparentColour()), chunks.keyColour())
                    : Pixels.opaque(rgb);
        }
    }

    /** 8-bit levels of each band. */
    private static byte[][] levels(Raster raster, PngChunks chunks) {
        byte[][] levels = new byte[raster.getNumBands()][];
        for (int band = 0; band < levels.length; band++) {
            int[] samples = band(raster, band);
            levels[band] = new byte[samples.length];
            for (int i = 0; i < samples.length; i++) {
                levels[band][i] = (byte) level(samples[i], chunks);
            }
        }
        return levels;
    }

    private static int level(int sample, PngChunks chunks) {
        if (chunks.depth() < 8) {
            return sample * (255 / ((1 << chunks.depth()) - 1));
        }
        if (chunks.depth() == 8) {
            return sample;
        }
        // Pillow cuts 16-bit grey off at 255, but scales every other kind
        return chunks.colourType() == GREY ? Math.min(sample, 255) : sample >> 8;
    }

    private static int[] band(Raster raster, int band) {
        return raster.getSamples(0, 0, raster.getWidth(), raster.getHeight(), band, (int[]) null);
    }

    private static byte[] interleaved(byte[] red, byte[] green, byte[] blue) {
        byte[] rgb = new byte[Math.multiplyExact(3, red.length)];
        for (int i = 0, target = 0; i < red.length; i++) {
            rgb[target++] = red[i];
            rgb[target++] = green[i];
            rgb[target++] = blue[i];
        }
        return rgb;
    }

    private static byte[] opacity(byte[] rgb, int[] transparent) {
        byte[] alpha = new byte[rgb.length / 3];
        for (int i = 0; i < alpha.length; i++) {
            boolean same = true;
            for (int channel = 0; channel < 3; channel++) {
                same &= (rgb[3 * i + channel] & 0xff) == transparent[transparent.length == 1 ? 0 : channel];
            }
            alpha[i] = (byte) (same ? 0 : 255);
        }
        return alpha;
    }
}
