// SPDX-License-Identifier: Apache-2.0
package dev.vireo.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import dev.vireo.batch.PackedBatch;
import dev.vireo.batch.Sample;
import dev.vireo.image.ProcessedImage;
import dev.vireo.model.VisionLanguageModel;
import dev.vireo.nn.Block;
import dev.vireo.nn.Block.Weights;
import dev.vireo.nn.GraphMemory;
import dev.vireo.nn.Tape;
import dev.vireo.objective.LossBlock;
import dev.vireo.objective.MetricSums;
import dev.vireo.objective.Objective;
import dev.vireo.objective.Objective.Input;
import dev.vireo.training.StepInput.Watch;
import java.util.ArrayList;
import java.util.List;

/**
 * What one worker computes of a step from its rows: their share of the loss, its gradients, and what is measured besides.
 * Knows neither the optimizer nor other workers. Confined to one thread at a time; the caller closes the model.
 */
final class GradientPass implements AutoCloseable {
    /** What a step's rows add up to: its share of the loss, tokens, floating-point operations. */
    static final int WORK = 3;

    /**
     * What the micro-batches of a step have in common.
     *
     * @param totals sizes of the global batch
     * @param done optimizer steps before it: with the rows they decide what dropout drops, whichever worker computes them
     * @param anchor what {@link #anchor} gave, nats
     */
    record Step(BatchTotals totals, long done, double anchor) {}

    private final VisionLanguageModel model;
    private final ReferenceLogProbs reference;
    private final GraphMemory memory;
    private final LossInputs lossInputs;
    private final Mismatched mismatched;
    private final LossBlock loss;
    private final StepFlops flops;
    private BaseModel base;

    /**
     * @param reference asked only where the objective needs one
     * @param memory decides which layers keep their graph
     */
    GradientPass(VisionLanguageModel model, Objective objective, ReferenceLogProbs reference, GraphMemory memory) {
        this.model = model;
        this.reference = reference;
        this.memory = memory;
        this.lossInputs = new LossInputs(objective, reference, model, Weights.TRAINED);
        this.mismatched = new Mismatched(model, reference, Weights.ADAPTED);
        this.loss = new LossBlock(objective, model.tensors());
        this.flops = new StepFlops(model);
        this.base = BaseModel.below(model);
    }

    /** Names the model that {@code kl} compares with; it stays the caller's. */
    void compareWith(BaseModel compared) {
        base = compared;
    }

    /** Sums of nothing with every name that a step adds to: what a worker without rows exchanges. */
    MetricSums zero(Watch watch) {
        MetricSums metrics = MetricSums.zero(loss.objective().metrics());
        if (watch.logged()) {
            metrics.add(BaseDivergence.ENTROPY, 0, 0);
        }
        if (measuresRatio(watch)) {
            metrics.add(ReferenceRatio.METRIC, 0, 0);
        }
        if (watch.divergenceRows() > 0) {
            metrics.add(BaseDivergence.METRIC, 0, 0);
        }
        return metrics;
    }

    private boolean measuresRatio(Watch watch) {
        return watch.logged() && loss.objective().needsReference();
    }

    /**
     * KTO's point of reference, the same on every worker; 0 where the objective takes none.
     *
     * @param work {@link #WORK} sums, to which the operations of its forward pass are added
     */
    double anchor(StepInput input, GradientExchange exchange, MetricSums metrics, double[] work) {
        if (!loss.objective().inputs().contains(Input.ANCHOR)) {
            return 0;
        }
        double[] sums = new double[2];
        for (List<Sample> rows : input.mismatched()) {
            List<ProcessedImage> images = new ArrayList<>();
            work[2] += flops.forward(mismatched.add(rows, sums, images::add), images);
        }
        exchange.sum(sums);
        double anchor = Mismatched.anchor(sums);
        metrics.add(Mismatched.METRIC, anchor, 1);
        return anchor;
    }

    /**
     * Adds the gradients of a micro-batch.
     *
     * @param rows the micro-batch
     * @param watch what is measured besides, of these rows
     * @param work {@link #WORK} sums that are added to
     */
    void backward(
            List<Sample> rows, Step step, Watch watch, GradientBuffer gradients, MetricSums metrics, double[] work) {
        PackedBatch batch = lossInputs.pack(rows);
        redrawDropout(step.done, rows);
        try (NDManager scope = model.newScope();
                Tape tape = Tape.recording(scope, memory)) {
            List<ProcessedImage> images = new ArrayList<>();
            NDArray hidden = model.hidden(tape, batch, images::add); // [T, D]
            NDList measured = lossInputs.measure(scope, hidden, batch);
            NDArray logps = model.logProbs(tape, hidden, batch); // [M]
            NDList inputs = lossInputs.of(scope, logps, batch, step.totals, measured, step.anchor);
            work[0] += loss.evaluate(scope, inputs, metrics);
            work[1] += batch.size();
            work[2] += flops.of(batch, images);
            if (measuresRatio(watch)) {
                ReferenceRatio.add(logps, batch, reference, metrics);
            }
            if (watch.logged()) {
                BaseDivergence.addEntropy(model, scope, Weights.TRAINED, hidden, batch, metrics);
            }
            if (watch.divergenceRows() > 0) {
                // Rows are packed one behind the other, so the first ones' hidden states come first.
                PackedBatch first = lossInputs.pack(rows.subList(0, Math.min(watch.divergenceRows(), rows.size())));
                BaseDivergence.add(model, base, scope, hidden, first, metrics);
            }
            tape.backward(loss.gradient(scope, inputs), gradients);
        }
    }

    private void redrawDropout(long done, List<Sample> rows) {
        long draw = done;
        for (Sample row : rows) {
            draw = 31 * draw + row.rowId().hashCode();
        }
        for (Block block : model.blocks()) {
            block.redrawDropout(draw);
        }
    }

    @Override
    public void close() {
        loss.close();
    }
}
