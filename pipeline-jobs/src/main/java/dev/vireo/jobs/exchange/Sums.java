// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.exchange;

/** Sums in the order of the ranks. */
final class Sums {
    private Sums() {}

    /** Adds {@code count} values to a part of {@code sum}. */
    static void add(float[] sum, int start, float[] values, int from, int count) {
        for (int i = 0; i < count; i++) {
            sum[start + i] += values[from + i];
        }
    }

    /** Writes the sum of all arrays, one for each rank, into {@code sum}. */
    static void inOrder(double[][] all, double[] sum) {
        System.arraycopy(all[0], 0, sum, 0, sum.length);
        for (int r = 1; r < all.length; r++) {
            for (int i = 0; i < sum.length; i++) {
                sum[i] += all[r][i];
            }
        }
    }
}
