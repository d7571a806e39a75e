// SPDX-License-Identifier: Apache-2.0
package dev.vireo.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.vireo.batch.Answer;
import dev.vireo.batch.PackedBatch;
import dev.vireo.batch.PackedBatch.PromptTargets;
import dev.vireo.batch.Sample;
import dev.vireo.model.VisionLanguageModel;
import dev.vireo.nn.Block.Weights;
import dev.vireo.objective.NllScope;
import dev.vireo.objective.Objective;
import dev.vireo.objective.Objective.Answers;
import dev.vireo.objective.Objective.Input;
import java.util.Arrays;
import java.util.List;

/** From rows to a packed batch, and from its log-probabilities to what the losses' scripts take. */
final class LossInputs {
    private final Objective objective;
    private final ReferenceLogProbs reference;
    private final VisionLanguageModel model;
    private final Weights weights;

    /** @param weights those that the log-probabilities are computed with */
    LossInputs(Objective objective, ReferenceLogProbs reference, VisionLanguageModel model, Weights weights) {
        this.objective = objective;
        this.reference = reference;
        this.model = model;
        this.weights = weights;
    }

    PackedBatch pack(List<Sample> rows) {
        rows.forEach(this::requireAnswers);
        List<Sample> packed = objective.answers() == Answers.CHOSEN
                ? rows.stream()
                        .map(row -> row.withAnswers(row.chosen(), Answer.none()))
                        .toList()
                : rows;
        PromptTargets prompts = objective.nllScope() == NllScope.ALL ? PromptTargets.SCORED : PromptTargets.IGNORED;
        return PackedBatch.of(packed, model.imageTokenId(), prompts);
    }

    private void requireAnswers(Sample row) {
        boolean chosen = row.chosen().length() > 0;
        boolean rejected = row.rejected().length() > 0;
        boolean enough =
                switch (objective.answers()) {
                    case PAIR -> chosen && rejected;
                    case CHOSEN -> chosen;
                    case EACH -> chosen || rejected;
                };
        if (!enough) {
            throw new IllegalArgumentException(
                    "Cannot train " + objective.name() + " on row " + row.rowId() + ": it has "
                            + (chosen || rejected ? "no pair of answers" : "no answer")
                            + " (train.objective=sft takes demonstrations, kto single answers of either kind)");
        }
    }

    /**
     * What is measured beside the log-probabilities; to be called before the head runs, which may free its input.
     *
     * @param hidden [T, D]
     */
    NDList measure(NDManager scope, NDArray hidden, PackedBatch batch) {
        if (!objective.inputs().contains(Input.COLLISIONS)) {
            return new NDList();
        }
        return model.text()
                .head()
                .call(scope, weights, "collisions", new NDList(hidden, scope.create(batch.sources())));
    }

    /**
     * @param logps float32 [M]
     * @param measured what {@link #measure} gave
     * @param anchor what {@link Mismatched} gave, nats
     */
    NDList of(NDManager scope, NDArray logps, PackedBatch batch, BatchTotals totals, NDList measured, double anchor) {
        NDList inputs = new NDList(
                logps,
                scope.create(batch.answers()),
                scope.create(batch.answerTokens()),
                scope.create(batch.nllMask()),
                scope.create(new float[] {totals.rows(), totals.nllTokens(), totals.answers()}));
        for (Input input : objective.inputs()) {
            inputs.add(
                    switch (input) {
                        case REFERENCE -> reference(scope, batch.samples());
                        case TOKEN_WEIGHTS -> scope.create(tokenWeights(batch));
                        case COLLISIONS -> measured.get(0);
                        case ANCHOR -> scope.create((float) anchor);
                    });
        }
        return inputs;
    }

    private NDArray reference(NDManager scope, List<Sample> rows) {
        float[] sums = new float[2 * rows.size()];
        for (int i = 0; i < rows.size(); i++) {
            ReferenceLogProbs.Sums row = reference.of(rows.get(i).rowId());
            sums[2 * i] = (float) row.chosen(objective.lengthAlpha());
            sums[2 * i + 1] = (float) row.rejected(objective.lengthAlpha());
        }
        return scope.create(sums, new Shape(rows.size(), 2));
    }

    /** 1, or the objective's weight of tokens beyond the length of the row's shorter answer [M]. */
    private float[] tokenWeights(PackedBatch batch) {
        long[] answers = batch.answers();
        float[] tokens = batch.answerTokens();
        float[] tokenWeights = new float[answers.length];
        Arrays.fill(tokenWeights, 1);
        int place = 0;
        for (int i = 0; i < answers.length; i++) {
            place = i > 0 && answers[i] == answers[i - 1] ? place + 1 : 0;
            int answer = (int) answers[i];
            if (answer < tokens.length && place >= Math.min(tokens[answer], tokens[answer ^ 1])) {
                tokenWeights[i] = (float) objective.lengthAlpha();
            }
        }
        return tokenWeights;
    }
}
