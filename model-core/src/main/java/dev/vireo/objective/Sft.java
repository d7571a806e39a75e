// SPDX-License-Identifier: Apache-2.0
package dev.vireo.objective;

import java.util.List;
import java.util.Map;

/** Supervised fine-tuning on the chosen answers; {@code Sft.py} gives the formula. */
public record Sft() implements Objective {
    @Override
    public String name() {
        return "sft";
    }

    @Override
    public boolean needsPairs() {
        return false;
    }

    @Override
    public boolean needsReference() {
        return false;
    }

    @Override
    public NllScope nllScope() {
        return NllScope.COMPLETION;
    }

    @Override
    public String script() {
        return "Sft.py";
    }

    @Override
    public Map<String, Double> attributes() {
        return Map.of();
    }

    @Override
    public List<String> metrics() {
        return List.of("nll_loss", "logps/chosen");
    }

    @Override
    public void report(float[][] rows, double nll, MetricSums sums) {
        for (float[] row : rows) {
            sums.add("logps/chosen", row[0], 1);
        }
    }
}
