// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.score;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is to be scored, and where the scores go.
 *
 * @param model directory
 * @param adapter directory; null for the model alone
 * @param shards directories written by {@code prepare}
 * @param answers which answers are scored
 * @param output directory
 * @param overwrite whether a finished result may be replaced
 */
public record ScoreRequest(
        String model,
        @Nullable String adapter,
        List<String> shards,
        Answers answers,
        String output,
        boolean overwrite) {
    /** The answers that a prompt is scored with. */
    public enum Answers {
        /** The row's own. */
        OWN,
        /** Another row's: {@link dev.vireo.jobs.shards.RowIndex#mismatched}. */
        MISMATCHED
    }

    public ScoreRequest {
        shards = List.copyOf(shards);
    }
}
