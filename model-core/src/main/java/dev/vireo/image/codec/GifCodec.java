// SPDX-License-Identifier: Apache-2.0
package dev.vireo.image.codec;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.IOException;

/** The first picture of a GIF file. */
final class GifCodec implements Codec {
    @Override
    public boolean recognises(byte[] encoded) {
        return encoded.length > 6 && encoded[0] == 'G' && encoded[1] == 'I' && encoded[2] == 'F' && encoded[3] == '8';
    }

    @Override
    public ImageHeader header(byte[] encoded) {
        return new ImageHeader(pair(encoded, 8), pair(encoded, 6), Exif.UPRIGHT);
    }

    private static int pair(byte[] encoded, int at) {
        return encoded[at] & 0xff | (encoded[at + 1] & 0xff) << 8;
    }

    @Override
    public Pixels decode(byte[] encoded, ImageHeader header) throws IOException {
        try (StandardReader reader = StandardReader.open("gif", encoded)) {
            BufferedImage image = reader.get().read(0);
            return PaletteImage.pixels(image.getRaster(), (IndexColorModel) image.getColorModel());
        }
    }
}
