// SPDX-License-Identifier: Apache-2.0
package dev.vireo.image.codec;

import java.io.IOException;
import java.util.List;

/** A picture file in memory: its header, and its pixels once they are asked for. */
public final class EncodedImage {
    private static final List<Codec> CODECS =
            List.of(new JpegCodec(), new PngCodec(), new WebpCodec(), new GifCodec(), new BmpCodec());

    private final Codec codec;
    private final byte[] encoded;
    private final ImageHeader header;

    private EncodedImage(Codec codec, byte[] encoded, ImageHeader header) {
        this.codec = codec;
        this.encoded = encoded;
        this.header = header;
    }

    /**
     * Reads the header.
     *
     * @throws IOException if the format is not known or the header is broken
     */
    public static EncodedImage of(byte[] encoded) throws IOException {
        for (Codec codec : CODECS) {
            if (codec.recognises(encoded)) {
                ImageHeader header = Damage.guard(() -> codec.header(encoded));
                if (header.height() < 1 || header.width() < 1) {
                    throw new IOException("its header says " + header.height() + " x " + header.width() + " pixels");
                }
                return new EncodedImage(codec, encoded, header);
            }
        }
        throw new IOException(encoded.length == 0 ? "it is empty" : "it is none of JPEG, PNG, WebP, GIF and BMP");
    }

    /** Height as stored. */
    public int height() {
        return header.height();
    }

    /** Width as stored. */
    public int width() {
        return header.width();
    }

    /** The EXIF orientation, 1 (as stored) to 8. */
    public int orientation() {
        return header.orientation();
    }

    /**
     * Decodes the pixels as they are stored.
     *
     * @throws IOException if the file is cut off or broken
     */
    public Pixels decode() throws IOException {
        return Damage.guard(() -> codec.decode(encoded, header));
    }
}
