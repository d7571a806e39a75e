// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.evaluate;

import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * Answers to yes/no questions as AMBER scores its discriminative part (Wang et al. 2023, arXiv 2311.07397; repository AMBER,
 * commit 534babf, {@code inference.py}): positive class "No", what is neither Yes nor No is wrong, denominators begin at
 * 0.001, percentages are rounded to one digit, F1 is made of the rounded ones.
 *
 * @param questions asked
 * @param right answered as the data says
 * @param saidNo answered No
 * @param trueNo questions whose answer is No
 * @param rightNo of those, answered No
 */
record YesNoScores(double questions, double right, double saidNo, double trueNo, double rightNo) {
    private static final double START = 0.001;
    private static final double F1_START = 0.0001;

    Share share() {
        return new Share(right, questions);
    }

    /** Per cent. */
    double accuracy() {
        return percent(right, questions);
    }

    /** Per cent of the No that were said. */
    double precision() {
        return percent(rightNo, saidNo);
    }

    /** Per cent of the questions whose answer is No. */
    double recall() {
        return percent(rightNo, trueNo);
    }

    /** Per cent. */
    double f1() {
        double p = precision() / 100;
        double r = recall() / 100;
        return round(2 * p * r / (p + r + F1_START) * 100);
    }

    private static double percent(double hits, double of) {
        return round(hits / (of + START) * 100);
    }

    /** As Python rounds: the exact value of the double, halves to even. */
    private static double round(double percent) {
        return new BigDecimal(percent).setScale(1, RoundingMode.HALF_EVEN).doubleValue();
    }
}
