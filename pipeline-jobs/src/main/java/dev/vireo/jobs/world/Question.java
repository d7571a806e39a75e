// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.world;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A question about a picture.
 *
 * @param kind what it asks for
 * @param text of the question
 * @param answer the right one
 * @param hallucinations plausible answers that are wrong, at least one
 * @param invention the one among them that adds what is not there, if there is one: the fault that models are known for
 */
record Question(
        Kind kind,
        String text,
        String answer,
        List<String> hallucinations,
        @Nullable String invention) {
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

    /** A question whose wrong answers do not add anything. */
    Question(Kind kind, String text, String answer, List<String> hallucinations) {
        this(kind, text, answer, hallucinations, null);
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
