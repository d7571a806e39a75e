// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.world;

import java.util.List;
import java.util.Locale;

/**
 * A question about a picture.
 *
 * @param kind what it asks for
 * @param text of the question
 * @param answer the right one
 * @param hallucinations plausible answers that are wrong, at least one
 */
record Question(Kind kind, String text, String answer, List<String> hallucinations) {
    /** What a question asks for. */
    enum Kind {
        /** Yes or no. */
        EXISTS,
        /** Yes or no: which of two bars is higher. */
        COMPARE,
        COUNT,
        COLOR,
        WHAT,
        WHERE,
        EXTREME,
        DESCRIBE;

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    Question {
        hallucinations = hallucinations.stream()
                .distinct()
                .filter(each -> !each.equals(answer))
                .toList();
        if (hallucinations.isEmpty()) {
            throw new IllegalArgumentException("Cannot ask " + text + ": there is no wrong answer beside " + answer);
        }
    }
}
