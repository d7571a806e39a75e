// SPDX-License-Identifier: Apache-2.0
package dev.vireo.quantization;

/** The nearest of a table's numbers. */
final class Nearest {
    private Nearest() {}

    /** The midpoints of a rising table's neighbours, in float32, and infinity behind the last. */
    static float[] bounds(float[] table) {
        float[] bounds = new float[table.length];
        for (int i = 0; i + 1 < table.length; i++) {
            bounds[i] = (table[i] + table[i + 1]) / 2;
        }
        bounds[table.length - 1] = Float.POSITIVE_INFINITY;
        return bounds;
    }

    /** The first i with x &lt;= bounds[i]: of two equally near numbers the smaller. */
    static int index(float[] bounds, float x) {
        int low = 0;
        int high = bounds.length - 1;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (x <= bounds[middle]) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    /** NaN where one is NaN. */
    static float largestMagnitude(float[] values, int from, int to) {
        int bits = 0;
        for (int i = from; i < to; i++) {
            // Magnitudes compare as their bits do, and NaN's are above infinity's.
            bits = Math.max(bits, Float.floatToRawIntBits(values[i]) & 0x7fffffff);
        }
        return Float.intBitsToFloat(bits);
    }
}
