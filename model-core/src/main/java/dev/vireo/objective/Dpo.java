// SPDX-License-Identifier: Apache-2.0
package dev.vireo.objective;

import java.util.List;
import java.util.Map;

/**
 * Direct preference optimisation with the sigmoid loss; {@code Dpo.py} gives the formula and its source.
 *
 * @param beta strength of the tie to the reference: {@code train.beta}
 */
public record Dpo(double beta) implements Objective {
    /** Policy and reference are summed in other batches; equal models must tie, as they do in TRL. */
    private static final double ROUNDING = 2e-6;

    public Dpo {
        if (!(beta > 0)) {
            throw new IllegalArgumentException("Invalid train.beta: " + beta + " (expected more than 0)");
        }
    }

    @Override
    public String name() {
        return "dpo";
    }

    @Override
    public boolean needsPairs() {
        return true;
    }

    @Override
    public boolean needsReference() {
        return true;
    }

    @Override
    public NllScope nllScope() {
        return NllScope.COMPLETION;
    }

    @Override
    public String script() {
        return "Dpo.py";
    }

    @Override
    public Map<String, Double> attributes() {
        return Map.of("beta", beta);
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
