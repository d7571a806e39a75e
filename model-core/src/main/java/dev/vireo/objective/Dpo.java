// SPDX-License-Identifier: Apache-2.0
package dev.vireo.objective;

import dev.vireo.objective.PairLoss.Extra;
import dev.vireo.objective.PairLoss.Scores;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Direct preference optimisation: a weighted sum of losses of the same log-ratios. {@code Dpo.py} gives what they have in common,
 * the files in {@code pair/} the losses.
 *
 * @param beta strength of the tie to the reference: {@code train.beta}
 * @param losses {@code train.loss}, {@code train.loss-weights}
 * @param options what is added to the published loss
 */
public record Dpo(double beta, List<Weighted> losses, DpoOptions options) implements Objective {
    /** Policy and reference are summed in other batches; equal models must tie, as they do in TRL. */
    private static final double ROUNDING = 2e-6;

    /** A loss and its weight in the sum. */
    public record Weighted(PairLoss loss, double weight) implements Serializable {
        public Weighted {
            DpoOptions.requireRange("train.loss-weights", weight, weight > 0, "> 0");
        }
    }

    public Dpo {
        losses = List.copyOf(losses);
        DpoOptions.requireRange("train.beta", beta, beta > 0, "> 0");
        if (losses.isEmpty()) {
            throw new IllegalArgumentException("Invalid train.loss: [] (expected at least one loss)");
        }
        requireSmoothing(losses, options.labelSmoothing());
        if (options.divergence() != Divergence.REVERSE_KL) {
            requireAll(
                    losses.stream().filter(each -> each.loss.scores() == Scores.LOG_RATIOS),
                    "reverse_kl with train.dpo.f-divergence other than reverse_kl: it is no loss of a difference of scores alone");
        }
        if (options.weighting() == DpoOptions.Weighting.WPO) {
            requireAll(
                    losses.stream().filter(each -> !each.loss.isPairwise()),
                    "losses of single pairs with train.dpo.weighting=wpo; for the likelihood of the chosen answers use train.dpo.rpo-alpha");
        }
    }

    /** DPO as published. */
    public Dpo(double beta) {
        this(beta, List.of(new Weighted(PairLoss.SIGMOID, 1)), DpoOptions.NONE);
    }

    private static void requireSmoothing(List<Weighted> losses, double smoothing) {
        boolean known = losses.stream().anyMatch(each -> each.loss.extra() == Extra.LABEL_SMOOTHING);
        if (smoothing > 0 && !known) {
            throw new IllegalArgumentException(
                    "Invalid train.label-smoothing: " + smoothing + " (expected 0 with train.loss=" + names(losses)
                            + "; losses that know it: cdpo, exo_pair, robust, aot, aot_unpaired)");
        }
        boolean exo = losses.stream().anyMatch(each -> each.loss == PairLoss.EXO_PAIR);
        if (exo && smoothing == 0) {
            throw new IllegalArgumentException(
                    "Invalid train.label-smoothing: 0 (expected > 0 with train.loss=exo_pair, whose authors"
                            + " advise 1e-3)");
        }
    }

    private static void requireAll(Stream<Weighted> wrong, String expected) {
        List<Weighted> found = wrong.toList();
        if (!found.isEmpty()) {
            throw new IllegalArgumentException("Invalid train.loss: " + names(found) + " (expected " + expected + ")");
        }
    }

    private static String names(List<Weighted> losses) {
        return losses.stream().map(each -> each.loss.written()).collect(Collectors.joining(", "));
    }

    @Override
    public String name() {
        return "dpo";
    }

    @Override
    public Answers answers() {
        return Answers.PAIR;
    }

    @Override
    public List<Input> inputs() {
        return isWeighted()
                ? List.of(Input.REFERENCE, Input.TOKEN_WEIGHTS, Input.COLLISIONS)
                : List.of(Input.REFERENCE, Input.TOKEN_WEIGHTS);
    }

    @Override
    public NllScope nllScope() {
        return NllScope.COMPLETION;
    }

    private boolean isWeighted() {
        return options.weighting() == DpoOptions.Weighting.WPO;
    }

    @Override
    public double lengthAlpha() {
        return options.lengthAlpha();
    }

    @Override
    public boolean sortsTheMicroBatch() {
        return losses.stream().anyMatch(each -> each.loss.sortsTheMicroBatch());
    }

    @Override
    public List<LossTerm> terms() {
        List<LossTerm> terms = new ArrayList<>();
        losses.forEach(each -> terms.add(term(each, isWeighted())));
        if (options.likelihood() > 0) {
            terms.add(term(new Weighted(PairLoss.SFT, options.likelihood()), false));
        }
        return terms;
    }

    private LossTerm term(Weighted each, boolean weighted) {
        double extra =
                switch (each.loss.extra()) {
                    case NONE -> 0;
                    case LABEL_SMOOTHING -> options.labelSmoothing();
                    case TAU -> options.discopopTau();
                };
        return new LossTerm(
                each.weight,
                List.of("Answers.py", options.divergence().source(), each.loss.source(), "Dpo.py"),
                Map.of("beta", beta, "alpha", options.alpha(), "extra", extra, "weighted", weighted));
    }

    @Override
    public List<String> metrics() {
        return PairMetrics.names("nll_loss");
    }

    @Override
    public void report(float[][] rows, double nll, MetricSums sums) {
        for (float[] row : rows) {
            double rounding = beta * ROUNDING * (Math.abs(row[0]) + Math.abs(row[1]));
            PairMetrics.add(sums, beta * row[2], beta * row[3], row[0], row[1], rounding);
        }
    }
}
