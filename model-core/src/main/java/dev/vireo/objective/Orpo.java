// SPDX-License-Identifier: Apache-2.0
package dev.vireo.objective;

import java.util.List;
import java.util.Map;

/**
 * Odds-ratio preference optimisation; {@code Orpo.py} gives the formula and its source.
 *
 * @param lambda weight of the odds-ratio term: {@code train.beta}, the paper's lambda, TRL's beta
 * @param nllScope {@code train.orpo.nll}
 */
public record Orpo(double lambda, NllScope nllScope) implements Objective {
    public Orpo {
        if (!(lambda >= 0)) {
            throw new IllegalArgumentException("Invalid train.beta: " + lambda + " (expected 0 or more)");
        }
    }

    @Override
    public String name() {
        return "orpo";
    }

    @Override
    public Answers answers() {
        return Answers.PAIR;
    }

    @Override
    public List<Input> inputs() {
        return List.of();
    }

    @Override
    public List<LossTerm> terms() {
        return LossTerm.only("Orpo.py", Map.of("weight", lambda));
    }

    @Override
    public List<String> metrics() {
        return PairMetrics.names("nll_loss", "log_odds_chosen", "log_odds_ratio");
    }

    @Override
    public void report(float[][] rows, double nll, MetricSums sums) {
        for (float[] row : rows) {
            PairMetrics.add(sums, lambda * row[2], lambda * row[3], row[2], row[3], 0);
            sums.add("log_odds_chosen", row[4], 1);
            sums.add("log_odds_ratio", row[5], 1);
        }
    }
}
