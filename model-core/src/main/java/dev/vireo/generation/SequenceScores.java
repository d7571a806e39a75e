// SPDX-License-Identifier: Apache-2.0
package dev.vireo.generation;

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

/** How likely a model finds given answers: the numbers of {@code score}, of DPO's reference and of the critic. */
public final class SequenceScores {
    private final VisionLanguageModel model;
    private final Weights weights;

    /** @param weights the model's own, or those with the attached adapter */
    public SequenceScores(VisionLanguageModel model, Weights weights) {
        this.model = model;
        this.weights = weights;
    }

    /**
     * The scores of some rows, computed in one forward pass; each prompt with its images is computed once for both answers.
     * Token log-probabilities are float32, their sums float64.
     */
    public List<PairScore> of(List<Sample> rows) {
        if (rows.isEmpty()) {
            return List.of();
        }
        var batch = PackedBatch.of(rows, model.imageTokenId(), PromptTargets.IGNORED);
        double[] sums = new double[2 * rows.size()];
        double[] shared = new double[2 * rows.size()];
        int[] seen = new int[2 * rows.size()];
        float[] tokens = batch.answerTokens();
        float[] logps = logProbs(batch);
        for (int i = 0; i < logps.length; i++) {
            int answer = (int) batch.answers()[i];
            sums[answer] += logps[i];
            if (seen[answer]++ < Math.min(tokens[answer], tokens[answer ^ 1])) {
                shared[answer] += logps[i];
            }
        }
        List<PairScore> scores = new ArrayList<>();
        for (int row = 0; row < rows.size(); row++) {
            int c = 2 * row;
            int r = c + 1;
            scores.add(new PairScore(sums[c], sums[r], shared[c], shared[r], (int) tokens[c], (int) tokens[r]));
        }
        return scores;
    }

    private float[] logProbs(PackedBatch batch) {
        if (batch.targets().length == 0) {
            return new float[0];
        }
        try (NDManager scope = model.newScope();
                Tape tape = Tape.inference(scope, weights)) {
            NDArray hidden = model.hidden(tape, batch);
            return model.logProbs(tape, hidden, batch).toFloatArray();
        }
    }
}
