// SPDX-License-Identifier: Apache-2.0
package dev.vireo.objective;

import java.util.List;
import java.util.Map;

/**
 * Supervised fine-tuning on the chosen answers; {@code Sft.py} gives the formula.
 *
 * @param nllScope {@code train.sft.nll}
 */
public record Sft(NllScope nllScope) implements Objective {
    /** On the answers alone. */
    public Sft() {
        this(NllScope.COMPLETION);
    }

    @Override
    public String name() {
        return "sft";
    }

    @Override
    public Answers answers() {
        return Answers.CHOSEN;
    }

    @Override
    public List<Input> inputs() {
        return List.of();
    }

    @Override
    public List<LossTerm> terms() {
        return LossTerm.only("Sft.py", Map.of());
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
