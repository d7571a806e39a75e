// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.prepare;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** How many values lie where, in about ten classes of one round width. */
final class Histogram {
    private static final int CLASSES = 10;
    private static final int LONGEST_BAR = 40;

    private final int[] sorted;
    private final int width;

    /** @param values at least one, none below 0 */
    Histogram(int[] values) {
        sorted = values.clone();
        Arrays.sort(sorted);
        width = roundedUp((sorted[sorted.length - 1] - sorted[0]) / CLASSES + 1);
    }

    /** The next of 1, 2, 5, 10, 20, 50, ... */
    private static int roundedUp(int least) {
        int power = 1;
        while (true) {
            for (int digit : new int[] {1, 2, 5}) {
                if (digit * power >= least) {
                    return digit * power;
                }
            }
            power *= 10;
        }
    }

    /** The bounds of each class, its number of values and a bar. */
    List<List<String>> lines() {
        int first = sorted[0] / width;
        int[] counts = new int[sorted[sorted.length - 1] / width - first + 1];
        for (int value : sorted) {
            counts[value / width - first]++;
        }
        int most = Arrays.stream(counts).max().orElseThrow();
        List<List<String>> lines = new ArrayList<>();
        for (int i = 0; i < counts.length; i++) {
            int from = (first + i) * width;
            int bar = (counts[i] * LONGEST_BAR + most - 1) / most;
            lines.add(List.of(from + " to " + (from + width - 1), String.valueOf(counts[i]), "#".repeat(bar)));
        }
        return lines;
    }

    /** The values that the others are told by. */
    String summary() {
        return "shortest " + sorted[0] + ", half up to " + sorted[(sorted.length - 1) / 2] + ", nine in ten up to "
                + sorted[(sorted.length - 1) * 9 / 10] + ", longest " + sorted[sorted.length - 1];
    }
}
