// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.prepare;

import dev.vireo.batch.RowTokens;
import dev.vireo.jobs.config.LengthSettings;
import dev.vireo.jobs.schema.RejectedRowException;
import java.io.Serializable;

/**
 * Rejects rows of too many tokens; they are never cut.
 *
 * @param settings the limits, each 0 for none
 */
record LengthLimits(LengthSettings settings) implements Serializable {
    /** The longest sequence that one answer makes counts: what the model must hold, whichever way pairs are batched. */
    void require(RowTokens row) {
        int answer = Math.max(row.chosen().length(), row.rejected().length());
        require("", row.prefixTokens() + answer, "max-tokens", settings.maxTokens());
        require(" in the prompt", row.prefixTokens(), "max-prompt-tokens", settings.maxPromptTokens());
        require(" in an answer", answer, "max-answer-tokens", settings.maxAnswerTokens());
    }

    private static void require(String where, int tokens, String key, int most) {
        if (most > 0 && tokens > most) {
            throw new RejectedRowException(
                    "too long: " + tokens + " tokens" + where + ", prepare." + key + " is " + most);
        }
    }
}
