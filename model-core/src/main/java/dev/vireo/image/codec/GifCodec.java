// SPDX-License-Identifier: Apache-2.0
package dev.vireo.image.codec;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The first picture of a GIF file, on its screen: the screen grows where the picture does not fit, and shows the
 * transparent colour, or else the first, where the picture leaves it bare; as in Pillow.
 */
final class GifCodec implements Codec {
    private static final int SCREEN = 6;
    private static final int FIRST_BLOCK = 13;
    private static final int EXTENSION = 0x21;
    private static final int PICTURE = 0x2c;

    @Override
    public boolean recognises(byte[] encoded) {
        return encoded.length > SCREEN
                && encoded[0] == 'G'
                && encoded[1] == 'I'
                && encoded[2] == 'F'
                && encoded[3] == '8';
    }

    @Override
    public ImageHeader header(byte[] encoded) throws IOException {
        ByteBuffer file = file(encoded);
        int picture = picture(file);
        int width = Math.max(pair(file, SCREEN), pair(file, picture) + pair(file, picture + 4));
        int height = Math.max(pair(file, SCREEN + 2), pair(file, picture + 2) + pair(file, picture + 6));
        return new ImageHeader(height, width, Exif.UPRIGHT);
    }

    private static ByteBuffer file(byte[] encoded) {
        return ByteBuffer.wrap(encoded).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Where the first picture's place and size stand. */
    private static int picture(ByteBuffer file) throws IOException {
        int flags = file.get(SCREEN + 4);
        int at = FIRST_BLOCK + ((flags & 0x80) == 0 ? 0 : 3 << ((flags & 7) + 1));
        while (file.get(at) == EXTENSION) {
            at += 2;
            while (file.get(at) != 0) {
                at += 1 + (file.get(at) & 0xff);
            }
            at++;
        }
        if (file.get(at) != PICTURE) {
            throw new IOException("it has no picture");
        }
        return at + 1;
    }

    private static boolean hasPalette(ByteBuffer file, int picture) {
        return ((file.get(SCREEN + 4) | file.get(picture + 8)) & 0x80) != 0;
    }

    /** What the indices of a file without any palette mean. */
    private static IndexColorModel greys(int transparent) {
        byte[] levels = new byte[256];
        for (int i = 0; i < levels.length; i++) {
            levels[i] = (byte) i;
        }
        return new IndexColorModel(8, levels.length, levels, levels, levels, transparent);
    }

    private static int pair(ByteBuffer file, int at) {
        return file.getShort(at) & 0xffff;
    }

    @Override
    public Pixels decode(byte[] encoded, ImageHeader header) throws IOException {
        ByteBuffer file = file(encoded);
        int picture = picture(file);
        try (StandardReader reader = StandardReader.open("gif", encoded)) {
            BufferedImage image = reader.get().read(0);
            IndexColorModel found = (IndexColorModel) image.getColorModel();
            IndexColorModel palette = hasPalette(file, picture) ? found : greys(found.getTransparentPixel());
            int[] indices = new int[Math.multiplyExact(header.height(), header.width())];
            java.util.Arrays.fill(indices, Math.max(0, palette.getTransparentPixel()));
            int[] row = new int[image.getWidth()];
            for (int y = 0; y < image.getHeight(); y++) {
                image.getRaster().getSamples(0, y, row.length, 1, 0, row);
                int target = (pair(file, picture + 2) + y) * header.width() + pair(file, picture);
                System.arraycopy(row, 0, indices, target, row.length);
            }
            return PaletteImage.pixels(indices, palette);
        }
    }
}
