// SPDX-License-Identifier: Apache-2.0
package dev.vireo.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.vireo.batch.PackedBatch;
import dev.vireo.batch.PackedBatch.PromptTargets;
import dev.vireo.batch.Sample;
import dev.vireo.objective.NllScope;
import dev.vireo.objective.Objective;
import java.util.List;

/** From rows to a packed batch, and from its log-probabilities to what the losses' scripts take. */
final class LossInputs {
    private final Objective objective;
    private final ReferenceLogProbs reference;
    private final int imageTokenId;

    LossInputs(Objective objective, ReferenceLogProbs reference, int imageTokenId) {
        this.objective = objective;
        this.reference = reference;
        this.imageTokenId = imageTokenId;
    }

    PackedBatch pack(List<Sample> rows) {
        for (Sample row : rows) {
            if (objective.needsPairs()
                    && (row.chosen().length() == 0 || row.rejected().length() == 0)) {
                throw new IllegalArgumentException("Cannot train " + objective.name() + " on row " + row.rowId()
                        + ": it has no pair of answers (train.objective=sft takes demonstrations)");
            }
        }
        List<Sample> packed = objective.needsPairs()
                ? rows
                : rows.stream()
                        .map(row -> row.withAnswers(row.chosen(), dev.vireo.batch.Answer.none()))
                        .toList();
        PromptTargets prompts = objective.nllScope() == NllScope.ALL ? PromptTargets.SCORED : PromptTargets.IGNORED;
        return PackedBatch.of(packed, imageTokenId, prompts);
    }

    /** @param logps float32 [M] */
    NDList of(NDManager scope, NDArray logps, PackedBatch batch, BatchTotals totals) {
        NDList inputs = new NDList(
                logps,
                scope.create(batch.answers()),
                scope.create(batch.answerTokens()),
                scope.create(batch.nllMask()),
                scope.create(new float[] {totals.rows(), totals.nllTokens()}));
        if (objective.needsReference()) {
            inputs.add(reference(scope, batch.samples()));
        }
        return inputs;
    }

    private NDArray reference(NDManager scope, List<Sample> rows) {
        float[] sums = new float[2 * rows.size()];
        for (int i = 0; i < rows.size(); i++) {
            double[] pair = reference.of(rows.get(i).rowId());
            sums[2 * i] = (float) pair[0];
            sums[2 * i + 1] = (float) pair[1];
        }
        return scope.create(sums, new Shape(rows.size(), 2));
    }
}
