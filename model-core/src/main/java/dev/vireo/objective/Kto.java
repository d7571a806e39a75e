// SPDX-License-Identifier: Apache-2.0
package dev.vireo.objective;

import java.util.List;
import java.util.Map;

/**
 * Kahneman-Tversky optimisation on answers that are desirable (a row's chosen one) or undesirable (its rejected one) each by
 * itself; {@code Kto.py} gives the formula and its source.
 *
 * @param beta strength of the tie to the reference: {@code train.beta}
 * @param loss {@code train.kto.loss}
 * @param desirable weight of desirable answers: {@code train.kto.desirable-weight}
 * @param undesirable weight of undesirable answers: {@code train.kto.undesirable-weight}
 */
public record Kto(double beta, Loss loss, double desirable, double undesirable) implements Objective {
    /** Losses, by TRL's names. */
    public enum Loss {
        /** Rewards count from the policy's divergence from the reference. */
        KTO,
        /** Rewards count from 0. */
        APO_ZERO_UNPAIRED
    }

    public Kto {
        DpoOptions.requireRange("train.beta", beta, beta > 0, "> 0");
        DpoOptions.requireRange("train.kto.desirable-weight", desirable, desirable > 0, "> 0");
        DpoOptions.requireRange("train.kto.undesirable-weight", undesirable, undesirable > 0, "> 0");
    }

    @Override
    public String name() {
        return "kto";
    }

    @Override
    public Answers answers() {
        return Answers.EACH;
    }

    @Override
    public List<Input> inputs() {
        return loss == Loss.KTO ? List.of(Input.REFERENCE, Input.ANCHOR) : List.of(Input.REFERENCE);
    }

    @Override
    public NllScope nllScope() {
        return NllScope.COMPLETION;
    }

    @Override
    public List<LossTerm> terms() {
        return LossTerm.only(
                "Kto.py",
                Map.of(
                        "beta", beta,
                        "desirable", desirable,
                        "undesirable", undesirable,
                        "anchored", loss == Loss.KTO));
    }

    @Override
    public List<String> metrics() {
        return List.of(
                "rewards/chosen", "rewards/rejected", "logps/chosen", "logps/rejected", "nll_loss", MetricSums.MARGIN);
    }

    @Override
    public void report(float[][] rows, double nll, MetricSums sums) {
        for (float[] row : rows) {
            report(sums, "chosen", row[4] > 0, row[0], row[2]);
            report(sums, "rejected", row[5] > 0, row[1], row[3]);
        }
    }

    private void report(MetricSums sums, String answer, boolean there, double logp, double ratio) {
        if (there) {
            sums.add("rewards/" + answer, beta * ratio, 1);
            sums.add("logps/" + answer, logp, 1);
        }
    }
}
