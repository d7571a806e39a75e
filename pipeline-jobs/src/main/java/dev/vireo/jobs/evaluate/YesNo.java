// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.evaluate;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The verdict of an answer to a yes/no question: its first word, spelled as AMBER does. */
enum YesNo {
    YES,
    NO;

    private static final Pattern FIRST_WORD = Pattern.compile("\\s*(Yes|No)\\b.*", Pattern.DOTALL);

    /** Empty where the answer begins with neither {@code Yes} nor {@code No}, which counts as wrong. */
    static Optional<YesNo> of(String answer) {
        Matcher word = FIRST_WORD.matcher(answer);
        return word.matches() ? Optional.of(word.group(1).equals("Yes") ? YES : NO) : Optional.empty();
    }
}
