// SPDX-License-Identifier: Apache-2.0
package dev.vireo.training;

import ai.djl.ndarray.NDList;
import dev.vireo.batch.Sample;
import dev.vireo.model.VisionLanguageModel;
import dev.vireo.nn.GraphMemory;
import dev.vireo.nn.Parameter;
import dev.vireo.objective.MetricSums;
import dev.vireo.objective.Objective;
import dev.vireo.training.GradientBuckets.Bucket;
import dev.vireo.training.StepInput.Watch;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One worker's copy of what is trained: the model with its trainable parameters, and the optimizer's state. Every worker
 * takes the same steps, so all copies stay equal bit for bit. Confined to one thread at a time; the caller closes the
 * model.
 */
public final class Replica implements AutoCloseable {
    private final VisionLanguageModel model;
    private final AdamWSettings settings;
    private final GradientPass pass;
    private final FlatParameters flat;
    private final Optimizer optimizer;
    private final GradientBuffer gradients;
    private final GradientNorms groups;
    private Summing summing = Summing.OVERLAPPED;

    /** When a step's gradients are exchanged. */
    public enum Summing {
        /** While the backward pass computes those of the layers below. */
        OVERLAPPED,
        /** Once it is done. */
        BEHIND
    }

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
        this.settings = settings;
        this.pass = new GradientPass(model, objective, reference, memory);
        this.flat = new FlatParameters(parameters, masters(parameters), model.tensors());
        List<Bucket> buckets = GradientBuckets.of(flat, model.blocks());
        this.optimizer = new Optimizer(flat, buckets, settings, model.tensors());
        this.gradients = new GradientBuffer(flat, buckets, model.tensors());
        this.groups = new GradientNorms(parameters);
    }

    private static FlatParameters.Masters masters(List<Parameter> parameters) {
        return parameters.get(0).isNarrow() ? FlatParameters.Masters.BF16 : FlatParameters.Masters.SINGLE;
    }

    /** Every parameter of the model that is trainable, one that two blocks share once: those of full-parameter training. */
    public static List<Parameter> allTrainable(VisionLanguageModel model) {
        return model.blocks().stream()
                .flatMap(block -> block.trainable().stream())
                .distinct()
                .toList();
    }

    /**
     * Takes one optimizer step together with all workers of the exchange. A gradient that is not finite changes nothing.
     */
    public StepResult step(StepInput input, GradientExchange exchange) {
        MetricSums metrics = pass.zero(input.watch());
        double[] work = new double[GradientPass.WORK];
        double anchor = pass.anchor(input, exchange, metrics, work);
        gradients.clear();
        boolean summed = false;
        try {
            accumulate(input, exchange, anchor, metrics, work);
            gradients.finishSum(exchange);
            summed = true;
        } finally {
            if (!summed) {
                gradients.abandonSum();
            }
        }
        metrics = sumOver(exchange, metrics, work);
        double[] norms = gradients.norms(exchange);
        double norm = GradientNorms.whole(norms);
        boolean finite = Double.isFinite(norm) && Double.isFinite(work[0]);
        if (finite) {
            clip(norm);
            optimizer.step(gradients.flat(), input.learningRate(), exchange);
            flat.refreshValues();
        }
        Map<String, Double> means = new LinkedHashMap<>(metrics.means());
        means.putAll(groups.byGroup(norms));
        return new StepResult(work[0], norm, means, (long) work[1], work[2], !finite);
    }

    /** Computes the gradients of this worker's rows; those of its last micro-batch are exchanged while they come. */
    private void accumulate(
            StepInput input, GradientExchange exchange, double anchor, MetricSums metrics, double[] work) {
        var step = new GradientPass.Step(input.totals(), optimizer.steps(), anchor);
        int last = input.microBatches().size() - 1;
        for (int i = 0; i <= last; i++) {
            if (i == last && summing == Summing.OVERLAPPED) {
                gradients.startSum(exchange);
            }
            // The step's first micro-batch is rank 0's first.
            Watch watch = i == 0 && exchange.rank() == 0
                    ? input.watch()
                    : input.watch().withoutDivergence();
            pass.backward(input.microBatches().get(i), step, watch, gradients, metrics, work);
        }
    }

    /** Decides when gradients are exchanged; the sums do not depend on it. */
    public void sum(Summing when) {
        summing = when;
    }

    /**
     * Names the model that {@code kl} compares with, which stays the caller's; by default what is below the adapter. Where all
     * parameters are trained, nothing is left there: without a checkpoint no step may measure it.
     */
    public void compareWith(BaseModel base) {
        pass.compareWith(base);
    }

    /**
     * Finds the rows of this worker whose gradient, each row's alone, is not finite; asks no other worker and changes
     * nothing. For a step that was skipped: it costs another one.
     */
    public List<String> rowsThatAreNotFinite(StepInput input) {
        var step = new GradientPass.Step(input.totals(), optimizer.steps(), 0);
        List<String> ids = new ArrayList<>();
        for (List<Sample> rows : input.microBatches()) {
            for (Sample row : rows) {
                MetricSums unused = pass.zero(Watch.NOTHING);
                double[] work = new double[GradientPass.WORK];
                gradients.clear();
                pass.backward(List.of(row), step, Watch.NOTHING, gradients, unused, work);
                if (!Double.isFinite(GradientNorms.whole(gradients.norms())) || !Double.isFinite(work[0])) {
                    ids.add(row.rowId());
                }
            }
        }
        gradients.clear();
        return ids;
    }

    private static MetricSums sumOver(GradientExchange exchange, MetricSums metrics, double[] work) {
        double[] flat = metrics.flat();
        double[] all = Arrays.copyOf(flat, flat.length + work.length);
        System.arraycopy(work, 0, all, flat.length, work.length);
        exchange.sum(all);
        System.arraycopy(all, flat.length, work, 0, work.length);
        return MetricSums.of(metrics.names(), Arrays.copyOf(all, flat.length));
    }

    /** As {@code torch.nn.utils.clip_grad_norm_}: the factor is max / (norm + 1e-6), if that is below 1. */
    private void clip(double norm) {
        double factor = settings.maxGradNorm() / (norm + 1e-6);
        if (settings.maxGradNorm() > 0 && factor < 1) {
            gradients.scale(factor);
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

    /**
     * Shares the optimizer's state with other workers: this one holds that of its shards from now on, at first that of no
     * step, so a replica that has moved must be restored.
     */
    public void shareOptimizer(int rank, int worldSize) {
        optimizer.share(rank, worldSize);
        gradients.shard();
    }

    /** Whether the optimizer's state here is a worker's of so many. */
    public boolean holdsOptimizer(int rank, int worldSize) {
        return optimizer.holds(rank, worldSize);
    }

    /** Writes masters and optimizer state to {@code training_state.safetensors} in a directory. */
    public void save(Path directory) {
        TrainingState.save(directory, optimizer.whole(), model.tensors());
    }

    /** The same on one of several workers: where the optimizer's state is shared, all others {@link #contribute}. */
    public void save(Path directory, GradientExchange exchange) {
        if (optimizer.isShared()) {
            SharedTrainingState.save(directory, flat, optimizer, model.tensors(), exchange);
        } else {
            save(directory);
        }
    }

    /** Gives this worker's part of a shared optimizer's state to the one that saves. */
    public void contribute(GradientExchange exchange) {
        if (optimizer.isShared()) {
            SharedTrainingState.save(null, flat, optimizer, model.tensors(), exchange);
        }
    }

    /**
     * Continues exactly where {@link #save} stood.
     *
     * @throws dev.vireo.checkpoint.CheckpointMismatchException if the file is not of these parameters
     */
    public void restore(Path directory) {
        if (optimizer.isShared()) {
            SharedTrainingState.restore(directory, flat, optimizer, model.tensors());
        } else {
            TrainingState.restore(directory, optimizer.whole(), model.tensors());
        }
        flat.refreshValues();
    }

    @Override
    public void close() {
        gradients.close();
        optimizer.close();
        flat.close();
        pass.close();
    }
}
