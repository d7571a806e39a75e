// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.exchange;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;

/** What is summed, little-endian on the wire and in memory. */
enum Unit {
    FLOAT32(Float.BYTES) {
        @Override
        void add(ByteBuffer sum, ByteBuffer values) {
            FloatBuffer a = sum.slice().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
            FloatBuffer b = values.slice().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
            int count = Math.min(a.remaining(), b.remaining());
            for (int i = 0; i < count; i++) {
                a.put(i, a.get(i) + b.get(i));
            }
        }
    },
    FLOAT64(Double.BYTES) {
        @Override
        void add(ByteBuffer sum, ByteBuffer values) {
            DoubleBuffer a = sum.slice().order(ByteOrder.LITTLE_ENDIAN).asDoubleBuffer();
            DoubleBuffer b = values.slice().order(ByteOrder.LITTLE_ENDIAN).asDoubleBuffer();
            int count = Math.min(a.remaining(), b.remaining());
            for (int i = 0; i < count; i++) {
                a.put(i, a.get(i) + b.get(i));
            }
        }
    };

    private final int bytes;

    Unit(int bytes) {
        this.bytes = bytes;
    }

    /** Bytes of one value. */
    int bytes() {
        return bytes;
    }

    /** Adds values to a sum, element by element, both between position and limit. */
    abstract void add(ByteBuffer sum, ByteBuffer values);
}
