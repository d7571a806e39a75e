// SPDX-License-Identifier: Apache-2.0
package dev.vireo.image.codec;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.OptionalInt;

/**
 * The segments of a JPEG file up to its first scan: the frame, and what its application segments say about colours and
 * orientation.
 */
final class JpegSegments {
    private static final byte[] JFIF = ascii("JFIF\0");
    private static final byte[] ADOBE = ascii("Adobe");
    private static final byte[] EXIF = ascii("Exif\0\0");
    private static final byte[] XMP = ascii("http://ns.adobe.com/xap/1.0/\0");
    private static final int START_OF_SCAN = 0xda;

    private final byte[] encoded;
    private final ByteArrayOutputStream bare = new ByteArrayOutputStream();
    private int frame = -1;
    private boolean jfif;
    private OptionalInt adobeTransform = OptionalInt.empty();
    private OptionalInt exif = OptionalInt.empty();
    private OptionalInt xmp = OptionalInt.empty();

    private JpegSegments(byte[] encoded) {
        this.encoded = encoded;
    }

    static JpegSegments read(byte[] encoded) throws IOException {
        JpegSegments segments = new JpegSegments(encoded);
        segments.walk();
        if (segments.frame < 0) {
            throw new IOException("it has a scan before its frame");
        }
        return segments;
    }

    private void walk() throws IOException {
        bare.write(encoded, 0, 2);
        int at = 2;
        while (true) {
            while (unsigned(at) != 0xff || unsigned(at + 1) == 0xff || unsigned(at + 1) == 0) {
                at++; // fill bytes, and whatever stands between segments
            }
            int marker = unsigned(at + 1);
            if (marker == START_OF_SCAN) {
                bare.write(encoded, at, encoded.length - at);
                return;
            }
            if (marker == 0xd9) {
                throw new IOException("it ends before its first scan");
            }
            if (marker == 0x01 || (marker >= 0xd0 && marker <= 0xd8)) {
                at += 2;
                continue;
            }
            int length = pair(at + 2);
            if (length < 2 || at + 2 + length > encoded.length) {
                throw new IOException("it is cut off or broken");
            }
            segment(marker, at, at + 4, length - 2);
            at += 2 + length;
        }
    }

    private void segment(int marker, int start, int body, int length) {
        if (marker >= 0xe0 && marker <= 0xef) {
            application(marker, body, length);
            return;
        }
        if (marker == 0xfe) {
            return;
        }
        if (marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc && frame < 0) {
            frame = body;
        }
        bare.write(encoded, start, length + 4);
    }

    private void application(int marker, int body, int length) {
        if (marker == 0xe0 && length >= 14 && begins(body, JFIF)) {
            jfif = true;
        } else if (marker == 0xee && length >= 12 && begins(body, ADOBE)) {
            adobeTransform = OptionalInt.of(unsigned(body + 11));
        } else if (marker == 0xe1 && begins(body, EXIF) && exif.isEmpty()) {
            exif = Exif.orientation(encoded, body + EXIF.length, length - EXIF.length);
        } else if (marker == 0xe1 && begins(body, XMP)) {
            xmp = Exif.orientationOfXmp(encoded, body + XMP.length, length - XMP.length);
        }
    }

    ImageHeader header() {
        return new ImageHeader(pair(frame + 1), pair(frame + 3), Exif.valid(exif, xmp));
    }

    /** Bits of a sample. */
    int precision() {
        return unsigned(frame);
    }

    /** The file without application segments and comments: all that a decoder needs, nothing that it may interpret. */
    byte[] bare() {
        return bare.toByteArray();
    }

    /** True if three components are luma and chroma; by libjpeg's rules. */
    boolean lumaAndChroma() {
        if (jfif) {
            return true;
        }
        if (adobeTransform.isPresent()) {
            return adobeTransform.getAsInt() != 0;
        }
        return !(component(0) == 'R' && component(1) == 'G' && component(2) == 'B');
    }

    /** True if the first three of four components are luma and chroma of inverted colours; by libjpeg's rules. */
    boolean lumaChromaAndBlack() {
        return adobeTransform.isPresent() && adobeTransform.getAsInt() != 0;
    }

    private int component(int index) {
        return unsigned(frame + 6 + 3 * index);
    }

    /** True if a component has as many columns as the finest one, but half the rows. */
    boolean halfHeight(int index) {
        int most = 0;
        int tallest = 0;
        for (int i = 0; i < unsigned(frame + 5); i++) {
            most = Math.max(most, sampling(i) >> 4);
            tallest = Math.max(tallest, sampling(i) & 15);
        }
        return sampling(index) >> 4 == most && (sampling(index) & 15) * 2 == tallest;
    }

    /** Sampling factors: horizontal in the upper four bits, vertical in the lower. */
    private int sampling(int index) {
        return unsigned(frame + 7 + 3 * index);
    }

    private boolean begins(int offset, byte[] text) {
        int end = offset + text.length;
        return end <= encoded.length && Arrays.equals(encoded, offset, end, text, 0, text.length);
    }

    private int unsigned(int at) {
        return encoded[at] & 0xff;
    }

    private int pair(int at) {
        return unsigned(at) << 8 | unsigned(at + 1);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
