// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.evaluate;

import java.util.Optional;
import org.apache.parquet.example.data.Group;

/**
 * What a model made of a row.
 *
 * @param row its number
 * @param answer what the model said, where it was asked
 * @param truth the chosen answer of a yes/no question
 */
record EvaluatedRow(int row, String rowId, RowScore score, Optional<String> answer, Optional<YesNo> truth) {
    void count(Tally tally) {
        tally.add(score);
        if (isVerdict()) {
            tally.add(truth.orElseThrow(), said().orElse(null));
        }
    }

    private boolean isVerdict() {
        return truth.isPresent() && answer.isPresent();
    }

    private Optional<YesNo> said() {
        return answer.flatMap(YesNo::of);
    }

    Group fill(Group group, String model, double beta) {
        group.append("model", model).append("row", row).append("row_id", rowId);
        group.append("chosen_logps", score.chosen());
        if (score.isPair()) {
            group.append("rejected_logps", score.rejected());
        }
        group.append("base_chosen_logps", score.baseChosen());
        if (score.isPair()) {
            group.append("base_rejected_logps", score.baseRejected());
        }
        group.append("chosen_tokens", score.chosenTokens())
                .append("rejected_tokens", score.rejectedTokens())
                .append("kl", score.divergence() / (score.chosenTokens() + score.rejectedTokens()));
        if (score.isPair()) {
            group.append("log_odds", score.logOdds()).append("dpo_loss", score.dpoLoss(beta));
        }
        answer.ifPresent(said -> group.append("answer", said));
        if (isVerdict()) {
            group.append("expected", truth.orElseThrow().name());
            group.append("verdict", said().map(YesNo::name).orElse("NEITHER"));
        }
        return group;
    }
}
