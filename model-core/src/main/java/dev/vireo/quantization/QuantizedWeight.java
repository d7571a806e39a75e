// SPDX-License-Identifier: Apache-2.0
package dev.vireo.quantization;

import java.nio.ByteBuffer;

/**
 * A quantized weight, as {@code Linear.py} takes it.
 *
 * @param codes direct; valid until the quantizer's next call
 * @param codesPerByte 2 for NF4, the first in the upper half; 1 for int8
 * @param scales float32, or codes of eight bits where they are quantized themselves
 * @param tables numbers that codes stand for, float32; empty for int8
 */
public record QuantizedWeight(ByteBuffer codes, int codesPerByte, Scales scales, Tables tables) {
    /** The scales of blocks or rows: one of the two arrays is empty. */
    public static final class Scales {
        private final float[] values;
        private final byte[] codes;

        Scales(float[] values, byte[] codes) {
            this.values = values;
            this.codes = codes;
        }

        /** Empty where there are {@link #codes}. */
        public float[] values() {
            return values;
        }

        /** Unsigned; empty where there are {@link #values}. */
        public byte[] codes() {
            return codes;
        }
    }

    /** 512 numbers for the pairs of NF4 codes in a byte; of quantized scales, 256 for the codes, the offset, and their scales. */
    public static final class Tables {
        private final float[] values;

        Tables(float... values) {
            this.values = values;
        }

        public float[] values() {
            return values;
        }
    }
}
