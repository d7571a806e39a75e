// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.evaluate;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/**
 * A model's results over all rows.
 *
 * @param name in tables
 * @param isBase whether it is the model without an adapter, which rewards and divergence do not concern
 * @param metrics by name, in the order of tables
 * @param likelier pairs whose chosen answer has the higher mean log-probability
 * @param rewarded pairs whose chosen answer has the higher reward; empty for the base
 * @param yesNo empty where no row is a yes/no question
 */
record ModelScores(
        String name,
        boolean isBase,
        Map<String, Double> metrics,
        Optional<Share> likelier,
        Optional<Share> rewarded,
        Optional<YesNoScores> yesNo) {
    /**
     * Puts sums together.
     *
     * @param sums of a {@link Tally}, by name without the model's number
     * @param beta DPO's beta, ORPO's lambda
     */
    static ModelScores of(String name, boolean isBase, ToDoubleFunction<String> sums, double beta) {
        double rows = sums.applyAsDouble("rows");
        double pairs = sums.applyAsDouble("pairs");
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put("rows", rows);
        metrics.put("pairs", pairs);
        if (sums.applyAsDouble("chosen_tokens") > 0) {
            metrics.put("nll_loss", -sums.applyAsDouble("chosen") / sums.applyAsDouble("chosen_tokens"));
        }
        if (pairs > 0) {
            ToDoubleFunction<String> mean = key -> sums.applyAsDouble(key) / pairs;
            double nll = -sums.applyAsDouble("pair_chosen") / sums.applyAsDouble("pair_chosen_tokens");
            metrics.put("orpo/loss", nll - beta * mean.applyAsDouble("log_odds_ratio"));
            metrics.put("log_odds_ratio", mean.applyAsDouble("log_odds_ratio"));
            metrics.put("log_odds_chosen", mean.applyAsDouble("log_odds"));
            metrics.put("logps/chosen", mean.applyAsDouble("pair_chosen"));
            metrics.put("logps/rejected", mean.applyAsDouble("pair_rejected"));
            metrics.put("dpo/loss", mean.applyAsDouble("dpo_loss"));
            if (!isBase) {
                metrics.put("rewards/chosen", mean.applyAsDouble("chosen_reward"));
                metrics.put("rewards/rejected", mean.applyAsDouble("rejected_reward"));
                metrics.put(
                        "rewards/margins", mean.applyAsDouble("chosen_reward") - mean.applyAsDouble("rejected_reward"));
            }
        }
        metrics.put("kl", sums.applyAsDouble("divergence") / sums.applyAsDouble("divergence_tokens"));
        boolean paired = pairs > 0;
        return new ModelScores(
                name,
                isBase,
                metrics,
                paired ? Optional.of(new Share(sums.applyAsDouble("likelier"), pairs)) : Optional.empty(),
                paired && !isBase ? Optional.of(new Share(sums.applyAsDouble("rewarded"), pairs)) : Optional.empty(),
                yesNo(sums));
    }

    private static Optional<YesNoScores> yesNo(ToDoubleFunction<String> sums) {
        double questions = sums.applyAsDouble("questions");
        return questions == 0
                ? Optional.empty()
                : Optional.of(new YesNoScores(
                        questions,
                        sums.applyAsDouble("right"),
                        sums.applyAsDouble("said_no"),
                        sums.applyAsDouble("true_no"),
                        sums.applyAsDouble("right_no")));
    }
}
