// SPDX-License-Identifier: Apache-2.0
package dev.vireo.quantization;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * NF4: the nearest of 16 quantiles of the normal distribution, times the largest magnitude of a block of 64. Source: Dettmers et
 * al. 2023, arXiv 2305.14314; bit for bit as bitsandbytes 0.50.2, {@code backends/default/ops.py quantize_4bit}.
 */
final class Nf4Quantizer implements Quantizer {
    /** Elements that share a scale. */
    static final int BLOCK = 64;
    /** Numbers for the pairs of codes that a byte can hold. */
    static final int PAIRS = 512;

    private static final int PIECE = 1 << 16;
    private static final int CHUNK = 64 * PIECE;
    private static final int CELLS = 128;

    private static final float[] CODE = {
        -1.0f,
        -0.6961928009986877f,
        -0.5250730514526367f,
        -0.39491748809814453f,
        -0.28444138169288635f,
        -0.18477343022823334f,
        -0.09105003625154495f,
        0.0f,
        0.07958029955625534f,
        0.16093020141124725f,
        0.24611230194568634f,
        0.33791524171829224f,
        0.44070982933044434f,
        0.5626170039176941f,
        0.7229568362236023f,
        1.0f
    };
    /** A number up to BOUNDS[i] and above BOUNDS[i - 1] has code i. */
    private static final float[] BOUNDS = Nearest.bounds(CODE);
    /** For each cell of [-1, 1] the code just below its lower edge: the right one or the one before. */
    private static final byte[] GUESS = guesses();

    private final boolean doubleQuantization;
    private final float[] chunk = new float[CHUNK];
    private ByteBuffer codes = ByteBuffer.allocateDirect(0);

    Nf4Quantizer(boolean doubleQuantization) {
        this.doubleQuantization = doubleQuantization;
    }

    private static byte[] guesses() {
        byte[] guesses = new byte[2 * CELLS + 1];
        for (int cell = 0; cell <= 2 * CELLS; cell++) {
            guesses[cell] = (byte) Nearest.index(BOUNDS, (float) cell / CELLS - 1 - 1e-5f);
        }
        return guesses;
    }

    /** The code of a number in [-1, 1]. */
    static int code(float x) {
        int guess = GUESS[(int) ((x + 1) * CELLS)];
        return x > BOUNDS[guess] ? guess + 1 : guess;
    }

    @Override
    public QuantizedWeight quantize(Elements elements, long rows, long columns) {
        long size = Math.multiplyExact(rows, columns);
        int bytes = Math.toIntExact((size + 1) / 2);
        if (codes.capacity() < bytes) {
            codes = ByteBuffer.allocateDirect(bytes);
        }
        float[] scales = new float[Math.toIntExact((size + BLOCK - 1) / BLOCK)];
        for (long at = 0; at < size; at += CHUNK) {
            int count = (int) Math.min(CHUNK, size - at);
            elements.next(chunk, count);
            long start = at;
            IntStream.range(0, (count + PIECE - 1) / PIECE)
                    .parallel()
                    .forEach(piece -> piece(start, piece * PIECE, Math.min(count, (piece + 1) * PIECE), scales));
        }
        ByteBuffer written = codes.duplicate().position(0).limit(bytes).slice();
        float[] pairs = pairs();
        return doubleQuantization
                ? nested(written, scales, pairs)
                : new QuantizedWeight(
                        written, 2, new QuantizedWeight.Scales(scales, new byte[0]), new QuantizedWeight.Tables(pairs));
    }

    /** Quantizes chunk[from..to), which begins at element {@code start} of the weight. */
    private void piece(long start, int from, int to, float[] scales) {
        for (int block = from; block < to; block += BLOCK) {
            int end = Math.min(block + BLOCK, to);
            float largest = Nearest.largestMagnitude(chunk, block, end);
            // An incomplete block at the end is divided, a complete one multiplied by the reciprocal, as bitsandbytes
            // does it.
            boolean whole = end - block == BLOCK;
            float safe = Math.max(largest, 1e-38f);
            scales[(int) ((start + block) / BLOCK)] = whole ? largest : safe;
            float factor = 1 / safe;
            int place = (int) ((start + block) / 2);
            for (int i = block; i < end; i += 2) {
                float first = whole ? chunk[i] * factor : chunk[i] / safe;
                float second = i + 1 == end ? 0 : whole ? chunk[i + 1] * factor : chunk[i + 1] / safe;
                codes.put(place++, (byte) (code(clamp(first)) << 4 | code(clamp(second))));
            }
        }
    }

    private static float clamp(float x) {
        return Math.max(-1, Math.min(1, x));
    }

    private static QuantizedWeight nested(ByteBuffer codes, float[] scales, float[] pairs) {
        DynamicMap.Quantized inner = DynamicMap.quantize(scales);
        float[] tables = Arrays.copyOf(pairs, PAIRS + DynamicMap.SIZE + 1 + inner.scales().length);
        System.arraycopy(DynamicMap.values(), 0, tables, PAIRS, DynamicMap.SIZE);
        tables[PAIRS + DynamicMap.SIZE] = inner.offset();
        System.arraycopy(inner.scales(), 0, tables, PAIRS + DynamicMap.SIZE + 1, inner.scales().length);
        return new QuantizedWeight(
                codes, 2, new QuantizedWeight.Scales(new float[0], inner.codes()), new QuantizedWeight.Tables(tables));
    }

    /** What the two codes of each byte stand for. */
    private static float[] pairs() {
        float[] pairs = new float[PAIRS];
        for (int value = 0; value < PAIRS / 2; value++) {
            pairs[2 * value] = CODE[value >> 4];
            pairs[2 * value + 1] = CODE[value & 15];
        }
        return pairs;
    }
}
