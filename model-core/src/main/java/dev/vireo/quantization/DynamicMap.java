// SPDX-License-Identifier: Apache-2.0
package dev.vireo.quantization;

import java.util.Arrays;

/**
 * Eight bits with a dynamic exponent, for the scales of NF4 blocks: they are shifted by their mean, and blocks of 256 share a
 * scale again. Source: Dettmers et al. 2022, arXiv 2110.02861; bit for bit as bitsandbytes 0.50.2, {@code functional.py
 * create_dynamic_map} and {@code quantize_blockwise}.
 */
final class DynamicMap {
    /** Numbers of the map. */
    static final int SIZE = 256;

    private static final int BLOCK = 256;
    private static final int EXPONENTS = 7;
    private static final float[] MAP = map();
    private static final float[] BOUNDS = Nearest.bounds(MAP);

    private DynamicMap() {}

    /** Scales of a quantized array: {@code map[code] * scale of its block + offset}. */
    record Quantized(byte[] codes, float[] scales, float offset) {}

    static float[] values() {
        return MAP.clone();
    }

    static long blocks(long elements) {
        return (elements + BLOCK - 1) / BLOCK;
    }

    private static float[] map() {
        float[] map = new float[SIZE];
        int size = 0;
        for (int exponent = 0; exponent < EXPONENTS; exponent++) {
            int items = 1 << exponent;
            float power = (float) Math.pow(10, exponent - EXPONENTS + 1);
            for (int i = 0; i < items; i++) {
                float mean = (boundary(i, items) + boundary(i + 1, items)) / 2;
                map[size++] = power * mean;
                map[size++] = -(power * mean);
            }
        }
        map[size++] = 0;
        map[size] = 1;
        Arrays.sort(map);
        return map;
    }

    /** torch.linspace(0.1, 1, items + 1)[i]: the first half counts from the beginning, the second from the end, rounded once. */
    private static float boundary(int i, int items) {
        float step = (1 - 0.1f) / items;
        return i < (items + 1) / 2 ? Math.fma(step, i, 0.1f) : Math.fma(-step, items - i, 1);
    }

    /**
     * Quantizes an array. The offset is its mean, summed in float64 and rounded; torch sums in float32 in an order that the
     * machine decides.
     */
    static Quantized quantize(float[] values) {
        double sum = 0;
        for (float value : values) {
            sum += value;
        }
        float offset = (float) (sum / values.length);
        float[] shifted = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            shifted[i] = values[i] - offset;
        }
        byte[] codes = new byte[values.length];
        float[] scales = new float[(int) blocks(values.length)];
        for (int from = 0; from < values.length; from += BLOCK) {
            int to = Math.min(values.length, from + BLOCK);
            float largest = Nearest.largestMagnitude(shifted, from, to);
            scales[from / BLOCK] = largest;
            float factor = 1 / largest;
            for (int i = from; i < to; i++) {
                float scaled = largest == 0 ? 0 : shifted[i] * factor;
                codes[i] = (byte) Nearest.index(BOUNDS, scaled);
            }
        }
        return new Quantized(codes, scales, offset);
    }
}
