// SPDX-License-Identifier: Apache-2.0
package dev.vireo.image.codec;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.OptionalInt;

/** What a PNG file's chunks say about its pixels: the header, a transparent colour, the orientation. */
final class PngChunks {
    static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};

    private static final byte[] XMP_KEY = "XML:com.adobe.xmp\0\0\0\0\0".getBytes(StandardCharsets.US_ASCII);
    private static final int HEADER = kind("IHDR");
    private static final int TRANSPARENCY = kind("tRNS");
    private static final int EXIF = kind("eXIf");
    private static final int TEXT = kind("iTXt");
    private static final int END = kind("IEND");
    private static final int CHUNK_FRAME = 12;

    private final byte[] encoded;
    private final ByteBuffer file;
    private OptionalInt exif = OptionalInt.empty();
    private OptionalInt xmp = OptionalInt.empty();
    private int transparencyAt = -1;
    private int transparencyLength;

    private PngChunks(byte[] encoded) {
        this.encoded = encoded;
        file = ByteBuffer.wrap(encoded);
    }

    private static int kind(String name) {
        return ByteBuffer.wrap(name.getBytes(StandardCharsets.US_ASCII)).getInt();
    }

    static PngChunks read(byte[] encoded) throws IOException {
        PngChunks chunks = new PngChunks(encoded);
        chunks.walk();
        return chunks;
    }

    private void walk() throws IOException {
        int at = SIGNATURE.length;
        if (file.getInt(at + 4) != HEADER) {
            throw new IOException("its first chunk is not its header");
        }
        while (at + CHUNK_FRAME <= encoded.length) {
            int length = file.getInt(at);
            int kind = file.getInt(at + 4);
            if (length < 0 || length > encoded.length - at - CHUNK_FRAME || kind == END) {
                return;
            }
            chunk(kind, at + 8, length);
            at += CHUNK_FRAME + length;
        }
    }

    private void chunk(int kind, int at, int length) {
        if (kind == EXIF) {
            exif = Exif.orientation(encoded, at, length);
        } else if (kind == TRANSPARENCY) {
            transparencyAt = at;
            transparencyLength = length;
        } else if (kind == TEXT
                && length > XMP_KEY.length
                && Arrays.equals(encoded, at, at + XMP_KEY.length, XMP_KEY, 0, XMP_KEY.length)) {
            xmp = Exif.orientationOfXmp(encoded, at, length);
        }
    }

    ImageHeader header() {
        return new ImageHeader(file.getInt(20), file.getInt(16), Exif.valid(exif, xmp));
    }

    /** Bits of a sample. */
    int depth() {
        return encoded[24];
    }

    /** 0 grey, 2 colour, 3 palette, 4 grey with alpha, 6 colour with alpha. */
    int colourType() {
        return encoded[25];
    }

    /** True if one colour of a picture without palette and alpha is transparent. */
    boolean hasTransparentColour() {
        return transparencyAt >= 0 && (colourType() == 0 || colourType() == 2);
    }

    /** The lower bytes of the transparent colour: with them Pillow compares its 8-bit levels, whatever the depth. */
    int[] transparentColour() {
        int[] levels = new int[transparencyLength / 2];
        for (int i = 0; i < levels.length; i++) {
            levels[i] = encoded[transparencyAt + 2 * i + 1] & 0xff;
        }
        return levels;
    }

    /**
     * The transparent colour as Pillow's {@code convert("RGB")} hands it on: grey levels are cut off at
     * 255, but of 16-bit grey the lower byte becomes the red of a colour without green and blue.
     */
    int keyColour() {
        int[] lower = transparentColour();
        if (colourType() != 0) {
            return Pixels.colour(lower[0], lower[1], lower[2]);
        }
        if (depth() == 16) {
            return Pixels.colour(lower[0], 0, 0);
        }
        int level = encoded[transparencyAt] == 0 ? lower[0] : 255;
        return Pixels.colour(level, level, level);
    }

    /** The file without its transparent colour, which the JDK would understand in another way. */
    byte[] withoutTransparentColour() {
        if (!hasTransparentColour()) {
            return encoded;
        }
        int begin = transparencyAt - 8;
        int end = transparencyAt + transparencyLength + 4;
        byte[] bare = Arrays.copyOf(encoded, encoded.length - (end - begin));
        System.arraycopy(encoded, end, bare, begin, encoded.length - end);
        return bare;
    }
}
