// SPDX-License-Identifier: Apache-2.0
package dev.vireo.image.codec;

import java.awt.image.BufferedImage;
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
            int width = image.getWidth();
            byte[] rgb = new byte[Math.multiplyExact(3 * image.getHeight(), width)];
            int[] row = new int[width];
            int target = 0;
            for (int y = 0; y < image.getHeight(); y++) {
                image.getRGB(0, y, width, 1, row, 0, width);
                for (int colour : row) {
                    rgb[target++] = (byte) (colour >> 16);
                    rgb[target++] = (byte) (colour >> 8);
                    rgb[target++] = (byte) colour;
                }
            }
            return Pixels.opaque(rgb);
        }
    }
}
