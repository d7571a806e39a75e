// SPDX-License-Identifier: Apache-2.0
package dev.vireo.checkpoint;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.ShortBuffer;

/** Reads a weight's elements as float32, one after the other. */
public final class FloatReader {
    private static final int BF16_SHIFT = 16;

    private final TensorInfo info;
    private final Bytes bytes;
    private ByteBuffer buffer = ByteBuffer.allocate(0);
    private long at;

    /** Fills a buffer from a byte of the weight on. */
    interface Bytes {
        void read(long first, ByteBuffer target);
    }

    FloatReader(TensorInfo info, Bytes bytes) {
        if (!FloatBlocks.isFloat(info.type())) {
            throw new IllegalArgumentException("Cannot read weight " + info.name() + " as float32: it is stored as "
                    + info.type() + " (expected F32, BF16, F16 or F64)");
        }
        this.info = info;
        this.bytes = bytes;
    }

    /** Brings the next {@code count} elements into the beginning of {@code target}. */
    public void next(float[] target, int count) {
        int width = info.type().elementBytes();
        if (buffer.capacity() < count * width) {
            buffer = ByteBuffer.allocate(count * width).order(ByteOrder.LITTLE_ENDIAN);
        }
        buffer.clear().limit(count * width);
        bytes.read(at * width, buffer);
        at += count;
        buffer.flip();
        switch (info.type()) {
            case F32 -> buffer.asFloatBuffer().get(target, 0, count);
            case BF16 -> widen(buffer.asShortBuffer(), target, count);
            default -> {
                float[] values =
                        HostTensor.of(info.type(), new long[] {count}, buffer).toFloats();
                System.arraycopy(values, 0, target, 0, count);
            }
        }
    }

    private static void widen(ShortBuffer from, float[] target, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = Float.intBitsToFloat(from.get(i) << BF16_SHIFT);
        }
    }
}
