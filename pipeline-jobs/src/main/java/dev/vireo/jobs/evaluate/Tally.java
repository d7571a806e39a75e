// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.evaluate;

import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Sums over the rows of a part for one model; the sums of all parts add up. Names begin with the model's number. */
final class Tally {
    private final String prefix;
    private final double beta;
    private final Map<String, Double> sums = new TreeMap<>();

    Tally(int model, double beta) {
        this.prefix = prefix(model);
        this.beta = beta;
    }

    static String prefix(int model) {
        return model + ":";
    }

    void add(RowScore row) {
        add("rows", 1);
        add("chosen_tokens", row.chosenTokens());
        add("chosen", row.chosen());
        add("divergence", row.divergence());
        add("divergence_tokens", row.chosenTokens() + row.rejectedTokens());
        if (!row.isPair()) {
            return;
        }
        double chosenReward = row.chosenReward(beta);
        double rejectedReward = row.rejectedReward(beta);
        add("pairs", 1);
        add("pair_chosen", row.chosen());
        add("pair_rejected", row.rejected());
        add("pair_chosen_tokens", row.chosenTokens());
        add("likelier", row.chosenMean() > row.rejectedMean() ? 1 : 0);
        add("log_odds", row.logOdds());
        add("log_odds_ratio", row.logOddsRatio());
        add("dpo_loss", row.dpoLoss(beta));
        add("chosen_reward", chosenReward);
        add("rejected_reward", rejectedReward);
        add("rewarded", chosenReward > rejectedReward ? 1 : 0);
    }

    /** @param said null where the answer was neither */
    void add(YesNo truth, @Nullable YesNo said) {
        add("questions", 1);
        add("right", said == truth ? 1 : 0);
        add("said_no", said == YesNo.NO ? 1 : 0);
        add("true_no", truth == YesNo.NO ? 1 : 0);
        add("right_no", truth == YesNo.NO && said == YesNo.NO ? 1 : 0);
    }

    private void add(String name, double value) {
        sums.merge(prefix + name, value, Double::sum);
    }

    Map<String, Double> sums() {
        return sums;
    }
}
