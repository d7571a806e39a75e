// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.evaluate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.vireo.batch.PackedBatch;
import dev.vireo.batch.PackedBatch.PromptTargets;
import dev.vireo.batch.Sample;
import dev.vireo.model.VisionLanguageModel;
import dev.vireo.nn.Block.Weights;
import dev.vireo.nn.Tape;
import java.util.ArrayList;
import java.util.List;

/** Scores rows with a model and with its base in the same packed batch, and measures how far they are apart. */
final class RowScorer {
    private final VisionLanguageModel model;
    private final boolean adapted;

    /** @param adapted whether an adapter is attached; without one the model is its own base */
    RowScorer(VisionLanguageModel model, boolean adapted) {
        this.model = model;
        this.adapted = adapted;
    }

    List<RowScore> score(List<Sample> rows) {
        PackedBatch batch = PackedBatch.of(rows, model.imageTokenId(), PromptTargets.IGNORED);
        try (NDManager scope = model.newScope();
                Tape policyTape = Tape.inference(scope, Weights.ADAPTED);
                Tape baseTape = Tape.inference(scope, Weights.BASE)) {
            NDArray hidden = model.hidden(policyTape, batch); // [T, D]
            if (!adapted) {
                double[] sums = sums(batch, model.logProbs(policyTape, hidden, batch));
                return scores(rows, sums, sums, new double[sums.length]);
            }
            NDArray baseHidden = model.hidden(baseTape, batch); // [T, D]
            // Before the heads run, which free their inputs.
            NDArray each = model.divergence(scope, Weights.ADAPTED, hidden, model, baseHidden, batch.sources());
            double[] divergence = sums(batch, each);
            return scores(
                    rows,
                    sums(batch, model.logProbs(policyTape, hidden, batch)),
                    sums(batch, model.logProbs(baseTape, baseHidden, batch)),
                    divergence);
        }
    }

    /** Values of scored tokens summed by answer: chosen and rejected of the first row, of the second, and so on. */
    private static double[] sums(PackedBatch batch, NDArray values) {
        double[] sums = new double[2 * batch.samples().size()];
        float[] single = values.toFloatArray();
        for (int i = 0; i < single.length; i++) {
            sums[(int) batch.answers()[i]] += single[i];
        }
        return sums;
    }

    private static List<RowScore> scores(List<Sample> rows, double[] policy, double[] base, double[] divergence) {
        List<RowScore> scores = new ArrayList<>();
        for (int row = 0; row < rows.size(); row++) {
            int c = 2 * row;
            int r = c + 1;
            scores.add(new RowScore(
                    policy[c],
                    policy[r],
                    base[c],
                    base[r],
                    rows.get(row).chosen().scoredTokens(),
                    rows.get(row).rejected().scoredTokens(),
                    divergence[c] + divergence[r]));
        }
        return scores;
    }
}
