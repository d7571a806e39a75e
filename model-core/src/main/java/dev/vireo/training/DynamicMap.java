// SPDX-License-Identifier: Apache-2.0
package dev.vireo.training;

import java.util.Arrays;

/**
 * The 256 values of bitsandbytes' dynamic 8-bit type (Dettmers 2016, arXiv 1511.04561; {@code create_dynamic_map} of
 * bitsandbytes 0.50): seven decades up to 1, the larger ones with more steps.
 */
final class DynamicMap {
    private static final int DECADES = 7;

    private DynamicMap() {}

    /** The values from the smallest to the largest, from -1 or 0 to 1. */
    static float[] values(boolean signed) {
        float[] values = new float[256];
        int at = 0;
        for (int decade = 0; decade < DECADES; decade++) {
            int steps = signed ? 1 << decade : 2 << decade;
            float scale = (float) Math.pow(10, decade - DECADES + 1);
            for (int i = 0; i < steps; i++) {
                float mean = scale * ((boundary(i, steps) + boundary(i + 1, steps)) / 2);
                values[at++] = mean;
                if (signed) {
                    values[at++] = -mean;
                }
            }
        }
        values[at++] = 0;
        values[at] = 1;
        Arrays.sort(values);
        return values;
    }

    /** The code of 0, which what lies between parameters keeps. */
    static int zero(boolean signed) {
        return Arrays.binarySearch(values(signed), 0f);
    }

    /** From 0.1 to 1 in equal steps, in float32 from both ends as {@code torch.linspace}. */
    private static float boundary(int i, int steps) {
        float step = (1f - 0.1f) / steps;
        return i < (steps + 1) / 2 ? 0.1f + step * i : 1f - step * (steps - i);
    }

    /** What separates the numbers that are nearest to neighbouring values: of each the largest; of the last one infinity. */
    static float[] middles(float[] values) {
        float[] middles = new float[values.length];
        for (int i = 0; i < middles.length - 1; i++) {
            middles[i] = (values[i] + values[i + 1]) / 2;
        }
        middles[middles.length - 1] = Float.POSITIVE_INFINITY;
        return middles;
    }

    /**
     * The codes of the smallest numbers with the same upper 16 bits; another number with these has that code or the next one.
     *
     * @param middles that {@link #middles} gave
     * @return by the upper bits, unsigned; of no meaning where they are those of no finite number
     */
    static byte[] lowestCodes(float[] middles) {
        byte[] lowest = new byte[1 << 16];
        for (int upper = 0; upper < lowest.length; upper++) {
            int bits = upper << 16;
            float smallest = Float.intBitsToFloat(bits < 0 ? bits | 0xffff : bits);
            int code = 0;
            while (code < middles.length - 1 && middles[code] < smallest) {
                code++;
            }
            lowest[upper] = (byte) code;
        }
        return lowest;
    }
}
