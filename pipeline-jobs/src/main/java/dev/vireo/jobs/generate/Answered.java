// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.generate;

import dev.vireo.generation.Candidate;

/**
 * An answer in words.
 *
 * @param candidate the tokens
 * @param text what they say
 */
record Answered(Candidate candidate, String text) {
    int sample() {
        return candidate.sample();
    }

    /** The text as answers are compared and trained on: without blanks around it, which chat templates write themselves. */
    String content() {
        return text.strip();
    }
}
