// SPDX-License-Identifier: Apache-2.0
package dev.vireo.checkpoint;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Turns stored numbers into another floating-point type, block by block. */
final class FloatBlocks {
    private static final int BF16_SHIFT = 16;

    private FloatBlocks() {}

    static boolean isFloat(StoredType type) {
        return switch (type) {
            case F64, F32, F16, BF16 -> true;
            default -> false;
        };
    }

    /**
     * The remaining content of {@code block} as F32 or BF16, rounded to the nearest, ties to even.
     *
     * @param to F32 or BF16
     */
    static ByteBuffer convert(ByteBuffer block, StoredType from, StoredType to) {
        if (from == to) {
            return block;
        }
        int elements = block.remaining() / from.elementBytes();
        float[] values = HostTensor.of(from, new long[] {elements}, block).toFloats();
        ByteBuffer converted = ByteBuffer.allocate(elements * to.elementBytes()).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            if (to == StoredType.BF16) {
                converted.putShort(bf16(value));
            } else {
                converted.putFloat(value);
            }
        }
        return converted.flip();
    }

    private static short bf16(float value) {
        int bits = Float.floatToRawIntBits(value);
        if (Float.isNaN(value)) {
            return (short) (bits >>> BF16_SHIFT | 0x40); // a NaN whose payload lay below stays one
        }
        int halfway = 0x7fff + (bits >>> BF16_SHIFT & 1);
        return (short) (bits + halfway >>> BF16_SHIFT);
    }
}
