// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.score;

import dev.vireo.batch.Sample;
import dev.vireo.generation.PairScore;
import java.util.Map;
import org.apache.parquet.example.data.Group;

/** A row of the table of scores, without the row's pictures. */
record ScoredRow(
        String rowId,
        boolean hasChosen,
        boolean hasRejected,
        PairScore score,
        int promptTokens,
        int imageTokens,
        int tokens) {
    static ScoredRow of(Sample sample, PairScore score) {
        return new ScoredRow(
                sample.rowId(),
                sample.chosen().length() > 0,
                sample.rejected().length() > 0,
                score,
                sample.prefixTokens(),
                sample.imageTokens(),
                sample.tokens());
    }

    Group fill(Group row) {
        row.append("row_id", rowId).append("chosen_logps", score.chosenLogps());
        if (hasRejected) {
            row.append("rejected_logps", score.rejectedLogps());
        }
        return row.append("chosen_shared_logps", score.chosenShared())
                .append("rejected_shared_logps", score.rejectedShared())
                .append("chosen_tokens", score.chosenTokens())
                .append("rejected_tokens", score.rejectedTokens())
                .append("prompt_tokens", promptTokens)
                .append("image_tokens", imageTokens);
    }

    void count(Map<String, Double> counts) {
        counts.merge("rows", 1.0, Double::sum);
        counts.merge("tokens", (double) tokens, Double::sum);
        counts.merge("chosen_logps", score.chosenLogps(), Double::sum);
        if (hasChosen && hasRejected) {
            counts.merge("pairs", 1.0, Double::sum);
            counts.merge("rejected_logps", score.rejectedLogps(), Double::sum);
        }
    }
}
