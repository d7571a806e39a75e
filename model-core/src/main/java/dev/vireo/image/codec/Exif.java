// SPDX-License-Identifier: Apache-2.0
package dev.vireo.image.codec;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The orientation that a camera wrote; unreadable metadata says nothing. */
final class Exif {
    /** A picture that is shown as it is stored. */
    static final int UPRIGHT = 1;

    private static final int ORIENTATION = 0x0112;
    private static final int SHORT = 3;
    private static final Pattern XMP = Pattern.compile("tiff:Orientation(=\"|>)([0-9])");

    private Exif() {}

    /** From an EXIF block: a TIFF header and its first directory. */
    static OptionalInt orientation(byte[] block, int offset, int length) {
        try {
            ByteBuffer tiff = ByteBuffer.wrap(block, offset, length).slice();
            tiff.order(tiff.get(0) == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
            tiff.position(tiff.getInt(4));
            for (int left = tiff.getShort() & 0xffff; left > 0; left--) {
                int entry = tiff.position();
                if ((tiff.getShort() & 0xffff) == ORIENTATION && tiff.getShort() == SHORT) {
                    return OptionalInt.of(tiff.getShort(entry + 8) & 0xffff);
                }
                tiff.position(entry + 12);
            }
            return OptionalInt.empty();
        } catch (IndexOutOfBoundsException | BufferUnderflowException | IllegalArgumentException e) {
            return OptionalInt.empty();
        }
    }

    /** From an XMP packet, which counts where EXIF says nothing. */
    static OptionalInt orientationOfXmp(byte[] packet, int offset, int length) {
        Matcher found = XMP.matcher(new String(packet, offset, length, StandardCharsets.ISO_8859_1));
        return found.find() ? OptionalInt.of(Integer.parseInt(found.group(2))) : OptionalInt.empty();
    }

    /** One of 1 to 8; other values mean nothing. */
    static int valid(OptionalInt exif, OptionalInt xmp) {
        int value = exif.orElse(xmp.orElse(UPRIGHT));
        return value >= 1 && value <= 8 ? value : UPRIGHT;
    }
}
