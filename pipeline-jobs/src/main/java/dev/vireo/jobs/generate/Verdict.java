// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.generate;

import java.util.OptionalInt;

/**
 * What a critic makes of two answers, each shown once as the first.
 *
 * @param first sample number of one answer
 * @param second sample number of the other
 * @param inOrder probability that it prefers {@code first}, which is shown first
 * @param swapped probability that it prefers {@code first}, which is shown second
 */
record Verdict(int first, int second, double inOrder, double swapped) {
    /** The better answer; empty where the two orders do not agree. */
    OptionalInt picked() {
        if (inOrder > 0.5 && swapped > 0.5) {
            return OptionalInt.of(first);
        }
        return inOrder < 0.5 && swapped < 0.5 ? OptionalInt.of(second) : OptionalInt.empty();
    }

    /** Mean over both orders of the probability that {@code sample} is preferred. */
    double preference(int sample) {
        double mean = (inOrder + swapped) / 2;
        return sample == first ? mean : 1 - mean;
    }

    boolean involves(int sample) {
        return sample == first || sample == second;
    }
}
