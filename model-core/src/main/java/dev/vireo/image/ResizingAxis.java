// SPDX-License-Identifier: Apache-2.0
package dev.vireo.image;

/**
 * Which input pixels make each output pixel along one axis, and with which fixed-point weights: a {@link Filter}, widened by the
 * scale where the picture shrinks (antialiasing); weights are normalised in float64 and rounded to {@code precision} binary places,
 * the most that keep the largest below 2^15.
 *
 * <p>Source: torch 2.15, aten/src/ATen/native/cpu/UpSampleKernel.cpp, compute_index_ranges_int16_weights.
 */
final class ResizingAxis {
    private static final int MOST_PRECISION = 22;

    private final int[] first;
    private final int[] count;
    private final int[] weights;
    private final int stride;
    private final int precision;

    private ResizingAxis(int[] first, int[] count, int[] weights, int stride, int precision) {
        this.first = first;
        this.count = count;
        this.weights = weights;
        this.stride = stride;
        this.precision = precision;
    }

    /**
     * @param input pixels before resizing
     * @param output pixels after it
     * @param from the first output pixel wanted
     * @param wanted how many
     */
    static ResizingAxis of(Filter filter, int input, int output, int from, int wanted) {
        return of(filter, input, input, output, from, wanted, false);
    }

    /**
     * The axis as Pillow 13 (Resample.c, precompute_coeffs) has it: with one precision whatever the weights are.
     *
     * @param box how much of the input is resized, from its beginning; may end within its last pixel
     */
    static ResizingAxis ofPillow(Filter filter, double box, int input, int output) {
        return of(filter, box, input, output, 0, output, true);
    }

    private static ResizingAxis of(
            Filter filter, double box, int input, int output, int from, int wanted, boolean mostPrecise) {
        double scale = box / output;
        double support = filter.radius() * Math.max(scale, 1);
        int stride = (int) Math.ceil(support) * 2 + 1;
        double inverse = scale >= 1 ? 1 / scale : 1;
        // the precision depends on the largest weight of the whole axis, the window's weights alone would not do
        double largest = 0;
        int[] first = new int[wanted];
        int[] count = new int[wanted];
        double[] kept = new double[wanted * stride];
        double[] row = new double[stride];
        for (int i = 0; i < output; i++) {
            double center = scale * (i + 0.5);
            int low = (int) Math.max((long) (center - support + 0.5), 0);
            int size = (int) Math.min((long) (center + support + 0.5), input) - low;
            size = Math.min(Math.max(size, 0), stride);
            double total = 0;
            for (int j = 0; j < size; j++) {
                row[j] = filter.at((j + low - center + 0.5) * inverse);
                total += row[j];
            }
            for (int j = 0; j < size; j++) {
                row[j] = total == 0 ? row[j] : row[j] / total;
                largest = Math.max(largest, row[j]);
            }
            if (i >= from && i < from + wanted) {
                first[i - from] = low;
                count[i - from] = size;
                System.arraycopy(row, 0, kept, (i - from) * stride, size);
            }
        }
        int precision = mostPrecise ? MOST_PRECISION : precision(largest);
        return new ResizingAxis(first, count, rounded(kept, precision), stride, precision);
    }

    private static int precision(double largest) {
        for (int precision = 0; precision < MOST_PRECISION; precision++) {
            if ((int) (0.5 + largest * (1 << (precision + 1))) >= 1 << 15) {
                return precision;
            }
        }
        return MOST_PRECISION;
    }

    private static int[] rounded(double[] weights, int precision) {
        int[] fixed = new int[weights.length];
        for (int i = 0; i < fixed.length; i++) {
            double weight = weights[i] * (1 << precision);
            fixed[i] = (int) (weight < 0 ? weight - 0.5 : weight + 0.5);
        }
        return fixed;
    }

    /** Output pixels. */
    int size() {
        return first.length;
    }

    /** The first input pixel of output pixel {@code i}. */
    int first(int i) {
        return first[i];
    }

    /** How many input pixels output pixel {@code i} has. */
    int count(int i) {
        return count[i];
    }

    /** All weights; those of output pixel {@code i} begin at {@link #offset}. */
    int[] weights() {
        return weights;
    }

    int offset(int i) {
        return i * stride;
    }

    /** Binary places of the weights. */
    int precision() {
        return precision;
    }

    /** The most input pixels that an output pixel has. */
    int longest() {
        return stride;
    }
}
