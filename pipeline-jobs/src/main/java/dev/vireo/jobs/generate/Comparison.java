// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.generate;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Which answers of a row are compared, and which two of them make its pair. */
final class Comparison {
    private final List<Answered> different;
    private final int blank;

    private Comparison(List<Answered> different, int blank) {
        this.different = different;
        this.blank = blank;
    }

    /** Of a row's answers; of those that say the same the first stands for all. */
    static Comparison of(List<Answered> answers) {
        List<Answered> different = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        int blank = 0;
        for (Answered answer : answers) {
            if (answer.content().isEmpty()) {
                blank++;
            } else if (seen.add(answer.content())) {
                different.add(answer);
            }
        }
        return new Comparison(different, blank);
    }

    /** The answers that are compared, each with each; sample numbers rise. */
    List<Answered> different() {
        return different;
    }

    /** Why there is nothing to compare; empty where there is. */
    Optional<Drop> nothing() {
        if (different.size() >= 2) {
            return Optional.empty();
        }
        return Optional.of(blank > 0 ? Drop.BLANK : Drop.IDENTICAL);
    }

    /**
     * The answers with the most and the fewest wins, a loss counting as minus one; where wins are even, those that the critic
     * prefers most and least.
     *
     * @param better the preferred answer
     * @param worse the other
     * @param probability that the critic prefers the better one of these two, mean over both orders
     */
    record Choice(Answered better, Answered worse, double probability) {}

    /**
     * The pair; empty where the critic has no winner.
     *
     * @param verdicts on all pairs of {@link #different}
     */
    Optional<Choice> choose(List<Verdict> verdicts) {
        Comparator<Answered> order = Comparator.<Answered>comparingInt(answer -> wins(answer, verdicts))
                .thenComparingDouble(answer -> preference(answer, verdicts))
                .thenComparing(Answered::sample, Comparator.reverseOrder());
        Answered better = different.stream().max(order).orElseThrow();
        Answered worse = different.stream().min(order).orElseThrow();
        if (wins(better, verdicts) == wins(worse, verdicts)) {
            return Optional.empty();
        }
        double probability = verdicts.stream()
                .filter(verdict -> verdict.involves(better.sample()) && verdict.involves(worse.sample()))
                .findFirst()
                .orElseThrow()
                .preference(better.sample());
        return Optional.of(new Choice(better, worse, probability));
    }

    private static int wins(Answered answer, List<Verdict> verdicts) {
        int wins = 0;
        for (Verdict verdict : verdicts) {
            if (verdict.involves(answer.sample()) && verdict.picked().isPresent()) {
                wins += verdict.picked().getAsInt() == answer.sample() ? 1 : -1;
            }
        }
        return wins;
    }

    private static double preference(Answered answer, List<Verdict> verdicts) {
        return verdicts.stream()
                .filter(verdict -> verdict.involves(answer.sample()))
                .mapToDouble(verdict -> verdict.preference(answer.sample()))
                .sum();
    }
}
