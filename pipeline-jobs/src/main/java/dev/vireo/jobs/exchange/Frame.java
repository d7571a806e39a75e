// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.exchange;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * What stands before the values that travel between two workers, 24 bytes: kind, number of the piece, number of the call,
 * bytes of the values, and in the clear the CRC32C of all of them and the values; where the values are encrypted the
 * header is authenticated with them. The connection says from whom, to whom and in which generation.
 */
final class Frame {
    static final int HEADER = 24;

    /** What a frame carries. */
    enum Kind {
        /** A piece of one worker's values, for the rank that sums it. */
        PART,
        /** A piece of the sum. */
        SUM
    }

    private Frame() {}

    /** Writes a header, which then lies between position and limit; its checksum is 0. */
    static void write(ByteBuffer header, Kind kind, long call, int piece, int bytes) {
        header.clear()
                .putInt(kind.ordinal())
                .putInt(piece)
                .putLong(call)
                .putInt(bytes)
                .putInt(0)
                .flip();
    }

    /** Writes the checksum of a header and the values that follow it. */
    static void seal(ByteBuffer header, ByteBuffer values) {
        header.putInt(HEADER - Integer.BYTES, crc(header, values));
    }

    /**
     * Compares a header that arrived with the one that comes next: workers that call in another order differ here.
     *
     * @param unit bytes of one value, for the message
     */
    static void require(ByteBuffer header, Kind kind, long call, int piece, int bytes, int unit) {
        if (header.getInt(0) != kind.ordinal()
                || header.getInt(4) != piece
                || header.getLong(8) != call
                || header.getInt(16) != bytes) {
            throw new IllegalStateException("it sent piece " + header.getInt(4) + " of call " + header.getLong(8)
                    + " with " + header.getInt(16) / unit + " values, expected piece " + piece + " of call " + call
                    + " with " + bytes / unit + " values");
        }
    }

    /** @throws IllegalStateException if header or values are not what the checksum was made of */
    static void verify(ByteBuffer header, ByteBuffer values) {
        int expected = header.getInt(HEADER - Integer.BYTES);
        header.putInt(HEADER - Integer.BYTES, 0);
        if (crc(header, values) != expected) {
            throw new IllegalStateException("what it sent was damaged on its way");
        }
    }

    private static int crc(ByteBuffer header, ByteBuffer values) {
        CRC32C crc = new CRC32C();
        crc.update(header.duplicate().position(0).limit(HEADER));
        crc.update(values.duplicate());
        return (int) crc.getValue();
    }
}
