// SPDX-License-Identifier: Apache-2.0
package dev.vireo.training;

import ai.djl.ndarray.NDArray;
import dev.vireo.batch.PackedBatch;
import dev.vireo.batch.PackedBatch.PromptTargets;
import dev.vireo.batch.Sample;
import dev.vireo.image.ProcessedImage;
import dev.vireo.model.VisionLanguageModel;
import dev.vireo.nn.Block.Weights;
import dev.vireo.nn.Tape;
import java.util.List;
import java.util.function.Consumer;

/**
 * KTO's point of reference: the mean log-ratio of policy to reference of answers to other rows' prompts, at least 0 (Ethayarajh
 * et al. 2024, arXiv 2402.01306, section 4.1). It is taken over the global batch and has no gradient.
 */
final class Mismatched {
    /** TRL's {@code kl} of its KTO; {@code kl} alone is the divergence from the base model here. */
    static final String METRIC = "kto/kl";

    private final VisionLanguageModel model;
    private final ReferenceLogProbs reference;
    private final Weights weights;

    Mismatched(VisionLanguageModel model, ReferenceLogProbs reference, Weights weights) {
        this.model = model;
        this.reference = reference;
        this.weights = weights;
    }

    /**
     * Adds the log-ratios of some rows.
     *
     * @param rows with the prompts of their ids and the answers of other rows
     * @param sums their sum, nats, and the number of answers
     * @param computed gets each image that passes the vision encoder
     * @return the rows as they were computed
     */
    PackedBatch add(List<Sample> rows, double[] sums, Consumer<ProcessedImage> computed) {
        PackedBatch batch = PackedBatch.of(rows, model.imageTokenId(), PromptTargets.IGNORED);
        if (rows.isEmpty()) {
            return batch;
        }
        try (var scope = model.newScope();
                Tape tape = Tape.inference(scope, weights)) {
            NDArray hidden = model.hidden(tape, batch, computed);
            float[] logps = model.logProbs(tape, hidden, batch).toFloatArray();
            for (float each : logps) {
                sums[0] += each;
            }
        }
        for (Sample row : rows) {
            ReferenceLogProbs.Sums expected = reference.ofMismatched(row.rowId());
            sums[0] -= expected.chosen() + expected.rejected();
            sums[1] += (row.chosen().length() > 0 ? 1 : 0) + (row.rejected().length() > 0 ? 1 : 0);
        }
        return batch;
    }

    /** The point of reference of sums over all workers. */
    static double anchor(double[] sums) {
        return sums[1] == 0 ? 0 : Math.max(0, sums[0] / sums[1]);
    }
}
