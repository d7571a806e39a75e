// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.exchange;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * What travels between two workers: a header (generation, sender, kind, number of the call, number of the piece, CRC32C
 * of the values) and little-endian values.
 */
final class Frame {
    private static final int HEADER = 32;

    /** What a frame carries. */
    enum Kind {
        /** Nothing: names the sender of a connection. */
        HELLO,
        /** A piece of one worker's values, for the rank that sums it. */
        PART,
        /** A piece of the sum. */
        SUM,
        /** All values of a small float64 array. */
        VALUES
    }

    private final long generation;
    private final int from;
    private final Kind kind;
    private final long call;
    private final int piece;
    private final float[] floats;
    private final double[] doubles;

    private Frame(long generation, int from, Kind kind, long call, int piece, float[] floats, double[] doubles) {
        this.generation = generation;
        this.from = from;
        this.kind = kind;
        this.call = call;
        this.piece = piece;
        this.floats = floats;
        this.doubles = doubles;
    }

    static ByteBuf hello(long generation, int from) {
        ByteBuf buffer = PooledByteBufAllocator.DEFAULT.directBuffer(HEADER);
        return finish(buffer, generation, from, Kind.HELLO, 0, 0, 0);
    }

    static ByteBuf floats(
            long generation, int from, Kind kind, long call, int piece, float[] values, int start, int count) {
        int bytes = count * Float.BYTES;
        ByteBuf buffer = PooledByteBufAllocator.DEFAULT.directBuffer(HEADER + bytes);
        body(buffer, bytes).asFloatBuffer().put(values, start, count);
        return finish(buffer, generation, from, kind, call, piece, bytes);
    }

    static ByteBuf doubles(long generation, int from, long call, double[] values) {
        int bytes = values.length * Double.BYTES;
        ByteBuf buffer = PooledByteBufAllocator.DEFAULT.directBuffer(HEADER + bytes);
        body(buffer, bytes).asDoubleBuffer().put(values);
        return finish(buffer, generation, from, Kind.VALUES, call, 0, bytes);
    }

    private static ByteBuffer body(ByteBuf buffer, int bytes) {
        return buffer.internalNioBuffer(HEADER, bytes).slice().order(ByteOrder.LITTLE_ENDIAN);
    }

    private static ByteBuf finish(
            ByteBuf buffer, long generation, int from, Kind kind, long call, int piece, int bytes) {
        CRC32C crc = new CRC32C();
        crc.update(body(buffer, bytes));
        buffer.writerIndex(0);
        buffer.writeLong(generation)
                .writeInt(from)
                .writeInt(kind.ordinal())
                .writeLong(call)
                .writeInt(piece)
                .writeInt((int) crc.getValue());
        return buffer.writerIndex(HEADER + bytes);
    }

    /**
     * Reads a frame; the values are copied.
     *
     * @throws IllegalArgumentException if it is damaged
     */
    static Frame read(ByteBuffer message) {
        if (message.remaining() < HEADER) {
            throw new IllegalArgumentException("a frame of " + message.remaining() + " bytes, expected " + HEADER);
        }
        long generation = message.getLong();
        int from = message.getInt();
        int kindNumber = message.getInt();
        long call = message.getLong();
        int piece = message.getInt();
        int expected = message.getInt();
        ByteBuffer body = message.slice().order(ByteOrder.LITTLE_ENDIAN);
        CRC32C crc = new CRC32C();
        crc.update(body.duplicate());
        if ((int) crc.getValue() != expected || kindNumber < 0 || kindNumber >= Kind.values().length) {
            throw new IllegalArgumentException("a frame from rank " + from + " was damaged on its way");
        }
        Kind kind = Kind.values()[kindNumber];
        float[] floats = new float[kind == Kind.VALUES ? 0 : body.remaining() / Float.BYTES];
        double[] doubles = new double[kind == Kind.VALUES ? body.remaining() / Double.BYTES : 0];
        if (kind == Kind.VALUES) {
            body.asDoubleBuffer().get(doubles);
        } else {
            body.asFloatBuffer().get(floats);
        }
        return new Frame(generation, from, kind, call, piece, floats, doubles);
    }

    long generation() {
        return generation;
    }

    int from() {
        return from;
    }

    Kind kind() {
        return kind;
    }

    long call() {
        return call;
    }

    int piece() {
        return piece;
    }

    float[] floats() {
        return floats;
    }

    double[] doubles() {
        return doubles;
    }
}
