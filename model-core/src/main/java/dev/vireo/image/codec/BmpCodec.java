// SPDX-License-Identifier: Apache-2.0
package dev.vireo.image.codec;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Windows bitmaps. */
final class BmpCodec implements Codec {
    private static final int OLD_HEADER = 12;

    @Override
    public boolean recognises(byte[] encoded) {
        return encoded.length > 26 && encoded[0] == 'B' && encoded[1] == 'M';
    }

    @Override
    public ImageHeader header(byte[] encoded) {
        ByteBuffer file = ByteBuffer.wrap(encoded).order(ByteOrder.LITTLE_ENDIAN);
        if (file.getInt(14) == OLD_HEADER) {
            return new ImageHeader(file.getShort(20) & 0xffff, file.getShort(18) & 0xffff, Exif.UPRIGHT);
        }
        return new ImageHeader(Math.abs(file.getInt(22)), file.getInt(18), Exif.UPRIGHT);
    }

    @Override
    public Pixels decode(byte[] encoded, ImageHeader header) throws IOException {
        try (StandardReader reader = StandardReader.open("bmp", encoded)) {
            BufferedImage image = reader.get().read(0);
            Raster raster = image.getRaster();
            int[][] bands = new int[raster.getNumBands()][];
            for (int band = 0; band < bands.length; band++) {
                bands[band] = raster.getSamples(0, 0, raster.getWidth(), raster.getHeight(), band, (int[]) null);
            }
            if (image.getColorModel() instanceof IndexColorModel palette) {
                return PaletteImage.pixels(bands[0], palette);
            }
            byte[] rgb = new byte[Math.multiplyExact(3, bands[0].length)];
            for (int channel = 0; channel < 3; channel++) {
                int band = bands.length == 1 ? 0 : channel;
                spread(bands[band], raster.getSampleModel().getSampleSize(band), rgb, channel, 3);
            }
            if (bands.length <= 3) {
                return Pixels.opaque(rgb);
            }
            byte[] alpha = new byte[bands[0].length];
            spread(bands[3], raster.getSampleModel().getSampleSize(3), alpha, 0, 1);
            return Pixels.withAlpha(rgb, alpha);
        }
    }

    /** To 8 bits, from {@code target[first]} on at every {@code step}: samples of fewer bits are scaled and cut off, not rounded. */
    private static void spread(int[] samples, int bits, byte[] target, int first, int step) {
        int most = (1 << bits) - 1;
        for (int i = 0; i < samples.length; i++) {
            target[step * i + first] = (byte) (samples[i] * 255 / most);
        }
    }
}
