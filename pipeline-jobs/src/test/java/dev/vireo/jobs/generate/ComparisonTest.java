// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.vireo.generation.Candidate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ComparisonTest {
    @Test
    void twoAnswersGiveAPairWhereBothOrdersAgree() {
        Comparison comparison = Comparison.of(answers("a", "b"));
        var choice = comparison.choose(List.of(new Verdict(0, 1, 0.3, 0.4))).orElseThrow();
        assertThat(choice.better().text()).isEqualTo("b");
        assertThat(choice.worse().text()).isEqualTo("a");
        assertThat(choice.probability()).isCloseTo(0.65, within(1e-9));
    }

    @Test
    void aCriticThatPrefersAPlaceGivesNoPair() {
        Comparison comparison = Comparison.of(answers("a", "b"));
        assertThat(comparison.choose(List.of(new Verdict(0, 1, 0.9, 0.2)))).isEmpty();
        assertThat(new Verdict(0, 1, 0.5, 0.9).picked()).isEmpty();
    }

    @Test
    void ofSeveralAnswersTheOneWithMostWinsMeetsTheOneWithFewest() {
        Comparison comparison = Comparison.of(answers("a", "b", "c"));
        var choice = comparison
                .choose(List.of(new Verdict(0, 1, 0.2, 0.1), new Verdict(0, 2, 0.8, 0.7), new Verdict(1, 2, 0.9, 0.6)))
                .orElseThrow();
        assertThat(choice.better().text()).isEqualTo("b");
        assertThat(choice.worse().text()).isEqualTo("c");
        assertThat(choice.probability()).isCloseTo(0.75, within(1e-9));
    }

    @Test
    void evenWinsAreSettledByThePreference() {
        // b wins against c; a and b do not agree, a and c do not agree: b 1, a 0, c -1.
        Comparison comparison = Comparison.of(answers("a", "b", "c"));
        var choice = comparison
                .choose(List.of(new Verdict(0, 1, 0.9, 0.2), new Verdict(0, 2, 0.4, 0.6), new Verdict(1, 2, 0.6, 0.6)))
                .orElseThrow();
        assertThat(choice.better().text()).isEqualTo("b");
        assertThat(choice.worse().text()).isEqualTo("c");
        // A circle has no winner.
        assertThat(comparison.choose(
                        List.of(new Verdict(0, 1, 0.9, 0.9), new Verdict(0, 2, 0.1, 0.1), new Verdict(1, 2, 0.9, 0.9))))
                .isEmpty();
    }

    @Test
    void equalAndBlankAnswersAreNotCompared() {
        assertThat(Comparison.of(answers("a", " a\n")).nothing()).contains(Drop.IDENTICAL);
        assertThat(Comparison.of(answers("a", "  ")).nothing()).contains(Drop.BLANK);
        Comparison comparison = Comparison.of(answers("a", "", "a", "b"));
        assertThat(comparison.nothing()).isEmpty();
        assertThat(comparison.different()).extracting(Answered::sample).containsExactly(0, 3);
    }

    @Test
    void answersThatLookLikePlacesStayAsTheyAre() {
        String filled = Judge.filled(
                "{question}: {first} or {second}",
                Map.of("question", "{first} $1", "first", "{second}", "second", "b"));
        assertThat(filled).isEqualTo("{first} $1: {second} or b");
    }

    private static List<Answered> answers(String... texts) {
        List<Answered> answers = new ArrayList<>();
        for (String text : texts) {
            answers.add(new Answered(new Candidate(answers.size(), new int[] {7}, -1, Candidate.LENGTH), text));
        }
        return answers;
    }
}
