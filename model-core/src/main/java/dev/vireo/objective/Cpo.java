// SPDX-License-Identifier: Apache-2.0
package dev.vireo.objective;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Contrastive preference optimisation, which needs no reference; with {@link Loss#SIMPO} and no likelihood it is SimPO. {@code Cpo.py}
 * gives the formulas and their sources.
 *
 * @param beta scale of the scores: {@code train.beta}
 * @param loss {@code train.cpo.loss}
 * @param likelihood weight of the chosen answers' negative log-likelihood: {@code train.cpo.nll-weight}
 * @param gamma SimPO's target margin of rewards: {@code train.simpo.gamma}
 * @param labelSmoothing share of labels taken for wrong: {@code train.label-smoothing}
 * @param alpha AlphaPO's shape of rewards; 0 is the log-probability itself: {@code train.cpo.alpha}
 */
public record Cpo(double beta, Loss loss, double likelihood, double gamma, double labelSmoothing, double alpha)
        implements Objective {
    /** Losses, by TRL's names. */
    public enum Loss {
        SIGMOID(PairLoss.CDPO, false),
        HINGE(PairLoss.HINGE, false),
        IPO(PairLoss.IPO, true),
        SIMPO(PairLoss.CDPO, true);

        private final PairLoss pairs;
        private final boolean average;

        Loss(PairLoss pairs, boolean average) {
            this.pairs = pairs;
            this.average = average;
        }
    }

    public Cpo {
        DpoOptions.requireRange("train.beta", beta, beta > 0, "> 0");
        DpoOptions.requireRange("train.cpo.nll-weight", likelihood, likelihood >= 0, ">= 0");
        DpoOptions.requireRange("train.simpo.gamma", gamma, gamma >= 0, ">= 0");
        DpoOptions.requireRange(
                "train.label-smoothing", labelSmoothing, labelSmoothing >= 0 && labelSmoothing < 0.5, ">= 0 and < 0.5");
        if (labelSmoothing > 0 && loss.pairs != PairLoss.CDPO) {
            throw new IllegalArgumentException(
                    "Invalid train.label-smoothing: " + labelSmoothing + " (expected 0 with train.cpo.loss="
                            + loss.name().toLowerCase(Locale.ROOT) + "; losses that know it: sigmoid, simpo)");
        }
    }

    @Override
    public String name() {
        return "cpo";
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
    public NllScope nllScope() {
        return NllScope.COMPLETION;
    }

    @Override
    public List<LossTerm> terms() {
        double target = loss == Loss.SIMPO ? gamma / beta : 0;
        return List.of(new LossTerm(
                1,
                Arrays.asList("Answers.py", loss.pairs.source(), "Cpo.py"),
                Map.of(
                        "beta", beta,
                        "extra", labelSmoothing,
                        "target", target,
                        "alpha", alpha,
                        "weight", likelihood,
                        "average", loss.average)));
    }

    @Override
    public List<String> metrics() {
        return PairMetrics.names("nll_loss");
    }

    @Override
    public void report(float[][] rows, double nll, MetricSums sums) {
        for (float[] row : rows) {
            PairMetrics.add(sums, beta * row[2], beta * row[3], row[0], row[1], 0);
        }
    }
}
