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
            return Pixels.opaque(rgb(bands, raster));
        }
    }

    /** Samples of fewer bits are scaled and cut off, not rounded. */
    private static byte[] rgb(int[][] bands, Raster raster) {
        byte[] rgb = new byte[Math.multiplyExact(3, bands[0].length)];
        for (int channel = 0; channel < 3; channel++) {
            int band = bands.length == 1 ? 0 : channel;
            int most = (1 << raster.getSampleModel().getSampleSize(band)) - 1;
            for (int i = 0; i < bands[band].length; i++) {
                rgb[3 * i + channel] = (byte) (bands[band][i] * 255 / most);
            }
        }
        return rgb;
    }
}
