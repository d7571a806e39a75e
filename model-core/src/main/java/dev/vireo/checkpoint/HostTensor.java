// SPDX-License-Identifier: Apache-2.0
package dev.vireo.checkpoint;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;

/** A tensor in host memory, outside the heap: what is read from and written to files. At most 2 GiB. */
public final class HostTensor {
    private final TensorInfo info;
    private final ByteBuffer bytes;

    private HostTensor(TensorInfo info, ByteBuffer bytes) {
        this.info = info;
        this.bytes = bytes;
    }

    /**
     * A tensor over {@code bytes}, its remaining content in little-endian order, outermost dimension first. A direct
     * buffer is shared, another is copied.
     *
     * @throws IllegalArgumentException if the buffer's size is not that of the shape
     */
    public static HostTensor of(StoredType type, long[] shape, ByteBuffer bytes) {
        TensorInfo info = info(type, shape);
        if (info.sizeBytes() != bytes.remaining()) {
            throw new IllegalArgumentException("Cannot make a tensor of " + type + " " + info.shape() + " over "
                    + bytes.remaining() + " bytes: it needs " + info.sizeBytes());
        }
        if (bytes.isDirect()) {
            return new HostTensor(info, bytes.slice());
        }
        return new HostTensor(
                info,
                ByteBuffer.allocateDirect(bytes.remaining())
                        .put(bytes.duplicate())
                        .flip());
    }

    /** A float32 tensor that holds a copy of {@code values}. */
    public static HostTensor ofFloats(float[] values, long... shape) {
        ByteBuffer bytes = ByteBuffer.allocateDirect(Math.multiplyExact(values.length, Float.BYTES));
        bytes.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(values);
        return of(StoredType.F32, shape, bytes);
    }

    /**
     * The same values as F32 or BF16, rounded to the nearest, ties to even.
     *
     * @throws IllegalStateException if this is no tensor of floating-point numbers
     */
    public HostTensor as(StoredType type) {
        return of(type, shape(), FloatBlocks.convert(bytes(), type(), type));
    }

    private static TensorInfo info(StoredType type, long[] shape) {
        return new TensorInfo("", type, Arrays.stream(shape).boxed().toList());
    }

    public StoredType type() {
        return info.type();
    }

    /** The length of each dimension; a copy. */
    public long[] shape() {
        return info.shape().stream().mapToLong(Long::longValue).toArray();
    }

    /** The tensor's data: a new view of the same direct memory, little-endian, from the first byte. */
    public ByteBuffer bytes() {
        return bytes.duplicate().rewind().order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * The elements as float32: exact for F32, F16 and BF16, rounded for F64.
     *
     * @throws IllegalStateException if the type is none of these
     */
    public float[] toFloats() {
        ByteBuffer source = bytes();
        float[] values = new float[Math.toIntExact(info.elements())];
        for (int i = 0; i < values.length; i++) {
            values[i] = switch (info.type()) {
                case F64 -> (float) source.getDouble();
                case F32 -> source.getFloat();
                case F16 -> halfToFloat(source.getShort());
                case BF16 -> Float.intBitsToFloat(source.getShort() << 16);
                default -> throw new IllegalStateException("Cannot read a tensor of " + info.type() + " as float32");
            };
        }
        return values;
    }

    /** The value of an IEEE 754 half: sign, 5 bits of exponent biased by 15, 10 bits of fraction. */
    private static float halfToFloat(short half) {
        int sign = (half & 0x8000) << 16;
        int exponent = half >> 10 & 0x1f;
        int fraction = half & 0x3ff;
        if (exponent == 0x1f) {
            return Float.intBitsToFloat(sign | 0x7f800000 | fraction << 13);
        }
        if (exponent == 0) {
            return Math.copySign(fraction * 0x1p-24f, Float.intBitsToFloat(sign | 0x3f800000));
        }
        return Float.intBitsToFloat(sign | exponent + 112 << 23 | fraction << 13);
    }

    /** What a file would say of this tensor under {@code name}. */
    public TensorInfo info(String name) {
        return info.named(name);
    }

    @Override
    public String toString() {
        List<Long> shape = info.shape();
        return "HostTensor[" + info.type() + " " + shape + "]";
    }
}
