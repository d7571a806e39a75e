// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.select;

import java.util.Locale;

/** Mean lengths of the pairs that each ratio keeps, and the ratio that brings them closest. */
final class LengthSweep {
    /** Ratios that are tried. */
    static final int RATIOS = 50;

    /** What stands for the ratio of pairs that none keeps. */
    static final double NEVER = 2;

    private static final double STEP = 0.02;

    private final long[] pairs = new long[RATIOS + 1];
    private final long[] chosen = new long[RATIOS + 1];
    private final long[] rejected = new long[RATIOS + 1];

    /** The ratio of a step, as numpy's {@code arange(0, 1, 0.02)} computes it. */
    static double ratio(int step) {
        return step * STEP;
    }

    /**
     * Adds pairs.
     *
     * @param ratio the smallest that keeps them
     * @param count how many
     * @param chosenWords of all of them
     * @param rejectedWords of all of them
     */
    void add(double ratio, long count, long chosenWords, long rejectedWords) {
        int step = 0;
        while (step < RATIOS && ratio(step) < ratio) {
            step++;
        }
        pairs[step] += count;
        chosen[step] += chosenWords;
        rejected[step] += rejectedWords;
    }

    /** Whether there is no pair that a ratio keeps. */
    boolean isEmpty() {
        return kept(RATIOS - 1)[0] == 0;
    }

    /** The ratio with the smallest gap |mean chosen - mean rejected| / mean rejected; of equal ones the smallest. */
    double best() {
        int best = -1;
        double smallest = Double.POSITIVE_INFINITY;
        for (int step = 0; step < RATIOS; step++) {
            double[] kept = kept(step);
            double gap = Math.abs(kept[1] - kept[2]) / kept[2];
            if (gap < smallest) {
                smallest = gap;
                best = step;
            }
        }
        return ratio(best);
    }

    /** A sentence about what a ratio does. */
    String describe(double ratio) {
        double[] before = kept(RATIOS);
        double[] after = kept((int) Math.round(ratio / STEP));
        return String.format(
                Locale.ROOT,
                "length balance: ratio %.2f keeps %.0f of %.0f pairs; words of chosen and rejected answers %.1f and %.1f,"
                        + " before %.1f and %.1f",
                ratio,
                after[0],
                before[0],
                after[1],
                after[2],
                before[1],
                before[2]);
    }

    /** Pairs up to a step, and the mean lengths of their two sides; not a number where there is no pair. */
    private double[] kept(int step) {
        long[] sums = new long[3];
        for (int i = 0; i <= step; i++) {
            sums[0] += pairs[i];
            sums[1] += chosen[i];
            sums[2] += rejected[i];
        }
        return new double[] {sums[0], (double) sums[1] / sums[0], (double) sums[2] / sums[0]};
    }
}
