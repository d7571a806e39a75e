// SPDX-License-Identifier: Apache-2.0
package dev.vireo.nn;

import ai.djl.ndarray.NDArray;
import java.util.SplittableRandom;

/**
 * Dropout of one adapter's input.
 *
 * @param value what {@code Linear.py} takes: scale, probability and the two halves of the seed, float32 [4]
 * @param seed of this module
 */
record AdapterDropout(NDArray value, float scale, double probability, long seed) {
    private static final long HALF = (1 << 24) - 1;

    /** Sets the seed of the next masks; each half is exact in float32. */
    void redraw(long draw) {
        long bits = new SplittableRandom(seed + 0x9E3779B97F4A7C15L * draw).nextLong();
        value.set(new float[] {scale, (float) probability, bits >>> 24 & HALF, bits & HALF});
    }
}
