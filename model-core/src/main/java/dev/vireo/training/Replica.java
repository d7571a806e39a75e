// SPDX-License-Identifier: Apache-2.0
package dev.vireo.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import dev.vireo.batch.PackedBatch;
import dev.vireo.batch.Sample;
import dev.vireo.model.VisionLanguageModel;
import dev.vireo.nn.Block;
import dev.vireo.nn.Block.Weights;
import dev.vireo.nn.GraphMemory;
import dev.vireo.nn.Parameter;
import dev.vireo.nn.Tape;
import dev.vireo.objective.LossBlock;
import dev.vireo.objective.MetricSums;
import dev.vireo.objective.Objective;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One worker's copy of what is trained: the model with its trainable parameters, and the optimizer's state. Every worker
 * takes the same steps, so all copies stay equal bit for bit. Confined to one thread at a time; the caller closes the
 * model.
 */
public final class Replica implements AutoCloseable {
    private final VisionLanguageModel model;
    private final List<Parameter> parameters;
    private final AdamWSettings settings;
    private final GraphMemory memory;
    private final LossInputs lossInputs;
    private final LossBlock loss;
    private final AdamW optimizer;
    private final GradientBuffer gradients;

    /**
     * @param parameters what is trained: an adapter's parameters, or all of the model's trainable ones
     * @param reference asked only where the objective needs one
     * @param memory decides which layers keep their graph
     */
    public Replica(
            VisionLanguageModel model,
            List<Parameter> parameters,
            Objective objective,
            ReferenceLogProbs reference,
            AdamWSettings settings,
            GraphMemory memory) {
        if (parameters.isEmpty()) {
            throw new IllegalArgumentException("Cannot train: no parameter is trainable");
        }
        this.model = model;
        this.parameters = List.copyOf(parameters);
        this.settings = settings;
        this.memory = memory;
        this.lossInputs = new LossInputs(objective, reference, model, Weights.TRAINED);
        this.loss = new LossBlock(objective, model.tensors());
        this.optimizer = new AdamW(parameters, settings, model.tensors());
        this.gradients = new GradientBuffer(parameters, model.tensors());
    }

    /** Every parameter of the model that is trainable: those of full-parameter training. */
    public static List<Parameter> allTrainable(VisionLanguageModel model) {
        return model.blocks().stream()
                .flatMap(block -> block.trainable().stream())
                .toList();
    }

    /**
     * Takes one optimizer step together with all workers of the exchange. A gradient that is not finite changes nothing.
     */
    public StepResult step(StepInput input, GradientExchange exchange) {
        MetricSums metrics = MetricSums.zero(loss.objective().metrics());
        if (input.divergence() == StepInput.Divergence.MEASURED) {
            metrics.add(BaseDivergence.METRIC, 0, 0);
        }
        double[] lossAndTokens = new double[2];
        gradients.clear();
        for (List<Sample> rows : input.microBatches()) {
            backward(rows, input, metrics, lossAndTokens);
        }
        gradients.sumOver(exchange);
        metrics = sumOver(exchange, metrics, lossAndTokens);
        double norm = gradients.norm();
        boolean finite = Double.isFinite(norm) && Double.isFinite(lossAndTokens[0]);
        if (finite) {
            clip(norm);
            optimizer.step(gradients.sums(), input.learningRate());
            refreshValues();
        }
        return new StepResult(lossAndTokens[0], norm, metrics.means(), (long) lossAndTokens[1], !finite);
    }

    /**
     * Finds the rows of this worker whose gradient, each row's alone, is not finite; asks no other worker and changes
     * nothing. For a step that was skipped: it costs another one.
     */
    public List<String> rowsThatAreNotFinite(StepInput input) {
        List<String> ids = new ArrayList<>();
        for (List<Sample> rows : input.microBatches()) {
            for (Sample row : rows) {
                MetricSums unused = MetricSums.zero(loss.objective().metrics());
                double[] lossAndTokens = new double[2];
                gradients.clear();
                backward(List.of(row), new StepInput(input.microBatches(), input.totals(), 0), unused, lossAndTokens);
                if (!Double.isFinite(gradients.norm()) || !Double.isFinite(lossAndTokens[0])) {
                    ids.add(row.rowId());
                }
            }
        }
        gradients.clear();
        return ids;
    }

    private void backward(List<Sample> rows, StepInput input, MetricSums metrics, double[] lossAndTokens) {
        PackedBatch batch = lossInputs.pack(rows);
        redrawDropout(rows);
        try (NDManager scope = model.newScope();
                Tape tape = Tape.recording(scope, memory)) {
            NDArray hidden = model.hidden(tape, batch); // [T, D]
            NDList measured = lossInputs.measure(scope, hidden, batch);
            NDArray logps = model.logProbs(tape, hidden, batch); // [M]
            NDList inputs = lossInputs.of(scope, logps, batch, input.totals(), measured);
            lossAndTokens[0] += loss.evaluate(scope, inputs, metrics);
            lossAndTokens[1] += batch.size();
            if (input.divergence() == StepInput.Divergence.MEASURED) {
                BaseDivergence.add(model, scope, hidden, batch, metrics);
            }
            tape.backward(loss.gradient(scope, inputs), gradients);
        }
    }

    /** What is dropped is a function of the step and the rows, whichever worker computes them. */
    private void redrawDropout(List<Sample> rows) {
        long draw = optimizer.steps();
        for (Sample row : rows) {
            draw = 31 * draw + row.rowId().hashCode();
        }
        for (Block block : model.blocks()) {
            block.redrawDropout(draw);
        }
    }

    private static MetricSums sumOver(GradientExchange exchange, MetricSums metrics, double[] lossAndTokens) {
        double[] flat = metrics.flat();
        double[] all = Arrays.copyOf(flat, flat.length + 2);
        System.arraycopy(lossAndTokens, 0, all, flat.length, 2);
        exchange.sum(all);
        System.arraycopy(all, flat.length, lossAndTokens, 0, 2);
        return MetricSums.of(metrics.names(), Arrays.copyOf(all, flat.length));
    }

    /** As {@code torch.nn.utils.clip_grad_norm_}: the factor is max / (norm + 1e-6), if that is below 1. */
    private void clip(double norm) {
        double factor = settings.maxGradNorm() / (norm + 1e-6);
        if (settings.maxGradNorm() > 0 && factor < 1) {
            gradients.scale(factor);
        }
    }

    /** Brings the values that the blocks compute with up to the masters. */
    private void refreshValues() {
        try (NDManager scope = model.newScope()) {
            for (Parameter parameter : parameters) {
                if (parameter.value() != parameter.master()) {
                    model.tensors().assign(scope, parameter.value(), parameter.master());
                }
            }
        }
    }

    /** The sums of the last step's gradients, in the order of the parameters: after clipping. */
    NDList gradients() {
        return gradients.sums();
    }

    /** Optimizer steps taken since the parameters were made. */
    public long steps() {
        return optimizer.steps();
    }

    /** Writes masters and optimizer state to {@code training_state.safetensors} in a directory. */
    public void save(Path directory) {
        TrainingState.save(directory, parameters, optimizer, model.tensors());
    }

    /**
     * Continues exactly where {@link #save} stood.
     *
     * @throws dev.vireo.checkpoint.CheckpointMismatchException if the file is not of these parameters
     */
    public void restore(Path directory) {
        TrainingState.restore(directory, parameters, optimizer, model.tensors());
        refreshValues();
    }

    @Override
    public void close() {
        gradients.close();
        optimizer.close();
        loss.close();
    }
}
