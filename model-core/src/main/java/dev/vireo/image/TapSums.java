// SPDX-License-Identifier: Apache-2.0
package dev.vireo.image;

import java.util.Arrays;

/**
 * Weighted sums of whole lines, in loops that the JVM turns into vector instructions: it does so where every array is
 * indexed by the loop variable alone, and gives up at the first offset.
 */
final class TapSums {
    private TapSums() {}

    /**
     * The levels of output {@code i} of an axis: its inputs' lines, weighted, summed, rounded and cut off at 0 and 255.
     *
     * @param levels receives them, one for each element of a line
     * @param lines levels of the inputs, input {@code n} in {@code lines[n % lines.length]}
     * @param first the first input of output {@code i}, counted as {@code lines} are
     */
    static void levels(int[] levels, int[][] lines, int first, ResizingAxis axis, int i) {
        int[] weights = axis.weights();
        int at = axis.offset(i);
        int end = at + axis.count(i);
        int line = first % lines.length;
        Arrays.fill(levels, 1 << (axis.precision() - 1));
        while (end - at >= 4) {
            int b = next(line, lines);
            int c = next(b, lines);
            int d = next(c, lines);
            addFour(levels, lines[line], lines[b], lines[c], lines[d], weights, at);
            at += 4;
            line = next(d, lines);
        }
        if (end - at >= 2) {
            int b = next(line, lines);
            addTwo(levels, lines[line], lines[b], weights[at], weights[at + 1]);
            at += 2;
            line = next(b, lines);
        }
        if (at < end) {
            addOne(levels, lines[line], weights[at]);
        }
        toLevels(levels, axis.precision());
    }

    private static int next(int line, int[][] lines) {
        return line + 1 < lines.length ? line + 1 : 0;
    }

    private static void addFour(int[] sums, int[] a, int[] b, int[] c, int[] d, int[] weights, int at) {
        int wa = weights[at];
        int wb = weights[at + 1];
        int wc = weights[at + 2];
        int wd = weights[at + 3];
        for (int i = 0; i < sums.length; i++) {
            sums[i] += wa * a[i] + wb * b[i] + wc * c[i] + wd * d[i];
        }
    }

    private static void addTwo(int[] sums, int[] a, int[] b, int wa, int wb) {
        for (int i = 0; i < sums.length; i++) {
            sums[i] += wa * a[i] + wb * b[i];
        }
    }

    private static void addOne(int[] sums, int[] a, int wa) {
        for (int i = 0; i < sums.length; i++) {
            sums[i] += wa * a[i];
        }
    }

    /** Without a branch: below 0 the sign clears every bit, above 255 it sets them. */
    private static void toLevels(int[] sums, int places) {
        for (int i = 0; i < sums.length; i++) {
            int level = sums[i] >> places;
            level &= ~(level >> 31);
            sums[i] = (level | (255 - level) >> 31) & 255;
        }
    }
}
