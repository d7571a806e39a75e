// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.generate;

/** Why a row gives no pair. */
enum Drop {
    /** The prompt is more than one question with at most one image, which the columns of RLAIF-V cannot say. */
    NOT_ONE_QUESTION("not-one-question", "prompt is not one question with at most one image"),
    /** Fewer than two answers say anything. */
    BLANK("blank", "blank answers"),
    /** All answers are the same. */
    IDENTICAL("identical", "identical answers"),
    /** The critic's question cannot be put into the chat template with these answers. */
    NOT_JUDGEABLE("not-judgeable", "answers that the chat template cannot hold"),
    /** The critic changes its mind with the order in which it sees them, or wins are even. */
    DISAGREEMENT("disagreement", "the critic's two orders disagree");

    private final String count;
    private final String meaning;

    Drop(String count, String meaning) {
        this.count = "dropped." + count;
        this.meaning = meaning;
    }

    /** Its name among a part's counts. */
    String count() {
        return count;
    }

    String meaning() {
        return meaning;
    }
}
