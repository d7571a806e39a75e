// SPDX-License-Identifier: Apache-2.0
package dev.vireo.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import dev.vireo.batch.PackedBatch;
import dev.vireo.batch.Sample;
import dev.vireo.model.VisionLanguageModel;
import dev.vireo.nn.Block.Weights;
import dev.vireo.nn.Tape;
import dev.vireo.objective.LossBlock;
import dev.vireo.objective.MetricSums;
import dev.vireo.objective.Objective;
import dev.vireo.objective.Objective.Input;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An objective's loss and metrics on held-out rows, without gradients. Sums of several micro-batches and workers add up
 * to the values over all rows. Confined to one thread at a time; the caller closes the model.
 */
public final class Evaluation implements AutoCloseable {
    private static final String LOSS = "loss";

    private final VisionLanguageModel model;
    private final ReferenceLogProbs reference;
    private final Weights weights;
    private final @Nullable BaseModel base;
    private final LossInputs lossInputs;
    private final Mismatched mismatched;
    private final LossBlock loss;

    /**
     * @param reference asked only where the objective needs one
     * @param weights that compute
     * @param base from which the divergence is measured, if it is; stays the caller's
     */
    public Evaluation(
            VisionLanguageModel model,
            Objective objective,
            ReferenceLogProbs reference,
            Weights weights,
            @Nullable BaseModel base) {
        this.model = model;
        this.reference = reference;
        this.weights = weights;
        this.base = base;
        this.lossInputs = new LossInputs(objective, reference, model, weights);
        this.mismatched = new Mismatched(model, reference, weights);
        this.loss = new LossBlock(objective, model.tensors());
    }

    /** Sums of nothing, with every name that {@link #add} adds to: what a worker without rows exchanges. */
    public MetricSums zero() {
        var names = new ArrayList<>(List.of(LOSS));
        names.addAll(loss.objective().metrics());
        names.add(BaseDivergence.ENTROPY);
        if (needsMismatched()) {
            names.add(Mismatched.METRIC);
        }
        if (base != null) {
            names.add(BaseDivergence.METRIC);
        }
        if (loss.objective().needsReference()) {
            names.add(ReferenceRatio.METRIC);
        }
        return MetricSums.zero(names);
    }

    /** Whether {@link #addMismatched} must see all rows before {@link #add} sees one. */
    public boolean needsMismatched() {
        return loss.objective().inputs().contains(Input.ANCHOR);
    }

    /**
     * Measures what KTO's rewards count from.
     *
     * @param rows with the answers of other rows
     * @param sums two numbers, of which those of all workers add up
     */
    public void addMismatched(List<Sample> rows, double[] sums) {
        mismatched.add(rows, sums, image -> {});
    }

    /**
     * Evaluates rows as one micro-batch.
     *
     * @param totals sizes of all that is evaluated, over all micro-batches and workers
     * @param sums what {@link #zero} made
     */
    public void add(List<Sample> rows, BatchTotals totals, MetricSums sums) {
        add(rows, totals, new double[2], sums);
    }

    /** @param mismatchedSums what {@link #addMismatched} gave, over all rows and workers */
    public void add(List<Sample> rows, BatchTotals totals, double[] mismatchedSums, MetricSums sums) {
        double anchor = Mismatched.anchor(mismatchedSums);
        if (needsMismatched()) {
            sums.add(Mismatched.METRIC, anchor * rows.size(), rows.size());
        }
        PackedBatch batch = lossInputs.pack(rows);
        try (NDManager scope = model.newScope();
                Tape tape = Tape.inference(scope, weights)) {
            NDArray hidden = model.hidden(tape, batch); // [T, D]
            // Before the head runs, which frees its input.
            BaseDivergence.addEntropy(model, scope, weights, hidden, batch, sums);
            if (base != null) {
                BaseDivergence.add(model, base, scope, hidden, batch, sums);
            }
            NDList measured = lossInputs.measure(scope, hidden, batch);
            NDArray logps = model.logProbs(tape, hidden, batch); // [M]
            if (loss.objective().needsReference()) {
                ReferenceRatio.add(logps, batch, reference, sums);
            }
            NDList inputs = lossInputs.of(scope, logps, batch, totals, measured, anchor);
            double share = loss.evaluate(scope, inputs, sums);
            // Shares add up to the loss over all rows once they are divided by their number.
            sums.add(LOSS, share * totals.rows(), rows.size());
        }
    }

    @Override
    public void close() {
        loss.close();
    }
}
