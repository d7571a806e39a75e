// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.train;

import ai.djl.Device;
import dev.vireo.adapter.LoraAdapter;
import dev.vireo.batch.PackedBatch.PromptTargets;
import dev.vireo.batch.Sample;
import dev.vireo.checkpoint.Checkpoint;
import dev.vireo.checkpoint.PeftAdapter;
import dev.vireo.checkpoint.StoredType;
import dev.vireo.jobs.config.LoraSettings;
import dev.vireo.jobs.config.OptimizerSettings;
import dev.vireo.jobs.config.TrainSettings;
import dev.vireo.jobs.exchange.WorkerExchange;
import dev.vireo.jobs.shards.RowIndex;
import dev.vireo.jobs.shards.ShardSet;
import dev.vireo.jobs.storage.LocalCopy;
import dev.vireo.jobs.workers.KeptFeatures;
import dev.vireo.model.ModelLoader;
import dev.vireo.model.VisionLanguageModel;
import dev.vireo.nn.Block.Weights;
import dev.vireo.nn.GraphMemory;
import dev.vireo.nn.Parameter;
import dev.vireo.objective.Objective;
import dev.vireo.pretrained.ModelExport;
import dev.vireo.pretrained.PretrainedModel;
import dev.vireo.training.AdamWSettings;
import dev.vireo.training.AdamWSettings.Moments;
import dev.vireo.training.BaseModel;
import dev.vireo.training.DataOrder;
import dev.vireo.training.Evaluation;
import dev.vireo.training.GraphBudget;
import dev.vireo.training.Replica;
import dev.vireo.training.StepInput;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a worker keeps between segments: the model, its replica of what is trained, and its readers. One thread at a time. */
final class Resident implements AutoCloseable {
    private final TrainPlan plan;
    private final Device device;
    private final PretrainedModel pretrained;
    private final VisionLanguageModel model;
    private final @Nullable LoraAdapter adapter;
    private final Replica replica;
    private final StepReader rows;
    private final @Nullable HeldOut heldOut;
    private final @Nullable BaseModel base;
    /** Where the replica is; null while it moves, or if a step did not end. */
    private @Nullable Position position = Position.start();

    private Resident(
            TrainPlan plan,
            Device device,
            PretrainedModel pretrained,
            VisionLanguageModel model,
            @Nullable LoraAdapter adapter,
            Replica replica,
            StepReader rows,
            @Nullable HeldOut heldOut,
            @Nullable BaseModel base) {
        this.plan = plan;
        this.device = device;
        this.pretrained = pretrained;
        this.model = model;
        this.adapter = adapter;
        this.replica = replica;
        this.rows = rows;
        this.heldOut = heldOut;
        this.base = base;
    }

    /** Loads the model as it is before the first step. */
    static Resident load(TrainPlan plan, Device device) throws IOException {
        Path directory = LocalCopy.of(plan.storage(), plan.modelDirectory());
        PretrainedModel pretrained = PretrainedModel.open(directory);
        ModelLoader loader = pretrained.loader();
        VisionLanguageModel model = model(plan, loader, device);
        if (!plan.train().full()) {
            KeptFeatures.attach(model, pretrained, plan.featureBytes());
        }
        Objective objective = plan.train().objective().objective();
        PromptTargets targets = StepReader.targets(objective);
        LoraAdapter adapter = plan.train().full() ? null : adapter(plan, model);
        List<Parameter> parameters = adapter == null ? Replica.allTrainable(model) : adapter.parameters();
        Replica replica = new Replica(
                model,
                parameters,
                objective,
                TrainPlan.orNone(plan.reference()),
                adamW(plan.train()),
                memory(plan, device));
        replica.sum(plan.train().batch().overlap() ? Replica.Summing.OVERLAPPED : Replica.Summing.BEHIND);
        BaseModel base = base(plan, pretrained, model, device);
        if (base != null) {
            replica.compareWith(base);
        }
        ShardSet shards = ShardSet.open(plan.storage(), plan.shards());
        StepReader rows = new StepReader(shards, pretrained.images(), order(plan, shards.index()), objective);
        HeldOut heldOut = plan.evalShards().isEmpty()
                ? null
                : new HeldOut(
                        new Evaluation(
                                model,
                                objective,
                                TrainPlan.orNone(plan.evalReference()),
                                adapter == null ? Weights.BASE : Weights.ADAPTED,
                                base),
                        ShardSet.open(plan.storage(), plan.evalShards()),
                        pretrained.images(),
                        targets,
                        plan.train().checkpoint().evalRows(),
                        plan.train().batch().batchSize());
        return new Resident(plan, device, pretrained, model, adapter, replica, rows, heldOut, base);
    }

    private static VisionLanguageModel model(TrainPlan plan, ModelLoader loader, Device device) {
        if (!plan.train().full()) {
            return loader.frozen(device, plan.precision(), plan.base());
        }
        return plan.train().optimizer().master() == OptimizerSettings.Master.KAHAN
                ? loader.trainableWithoutMasters(device)
                : loader.trainable(device, plan.precision());
    }

    /** What {@code kl} compares with; null where nothing is. */
    private static @Nullable BaseModel base(
            TrainPlan plan, PretrainedModel pretrained, VisionLanguageModel model, Device device) {
        if (!plan.train().hasBase()) {
            return null;
        }
        if (!plan.train().full()) {
            return BaseModel.below(model);
        }
        return BaseModel.opened(() -> {
            VisionLanguageModel start = pretrained.loader().frozen(device, plan.precision());
            KeptFeatures.attach(start, pretrained, plan.featureBytes());
            return start;
        });
    }

    private static DataOrder order(TrainPlan plan, RowIndex index) {
        int most = plan.train().batch().maxTokens();
        return most == 0 ? plan.order() : plan.order().packed(most, index::tokens);
    }

    private static LoraAdapter adapter(TrainPlan plan, VisionLanguageModel model) throws IOException {
        String given = plan.adapterDirectory();
        LoraSettings lora = plan.train().lora();
        long seed = plan.train().batch().seed();
        if (given != null) {
            PeftAdapter stored = PeftAdapter.read(LocalCopy.of(plan.storage(), given));
            LoraAdapter adapter = LoraAdapter.attach(model.adapterHost(), stored, LoraAdapter.Use.TRAINED);
            if (lora.dropout() > 0) {
                adapter.dropOut(lora.dropout(), seed);
            }
            return adapter;
        }
        return LoraAdapter.create(model.adapterHost(), lora.adapter(), seed);
    }

    private static AdamWSettings adamW(TrainSettings train) {
        OptimizerSettings settings = train.optimizer();
        return new AdamWSettings(
                        settings.beta1(),
                        settings.beta2(),
                        settings.epsilon(),
                        settings.weightDecay(),
                        settings.maxGradNorm())
                .with(train.lora().plusRatio(), settings.eightBit() ? Moments.EIGHT_BIT : Moments.SINGLE);
    }

    private static GraphMemory memory(TrainPlan plan, Device device) {
        int together = plan.oneProcess() ? plan.workers() : 1;
        return switch (plan.train().recompute()) {
            case AUTO -> GraphBudget.automatic(device, plan.precision(), together);
            case ALL -> GraphBudget.none(plan.precision());
            case NONE -> GraphBudget.unlimited(plan.precision());
        };
    }

    /** Computes the gradient of a row for nothing, so that everything that a first step has to set up is there. */
    void rehearse() throws IOException, InterruptedException {
        StepReader.Rows first = rows.rows(0, 0, plan.workers());
        if (!first.microBatches().isEmpty() && !first.microBatches().get(0).isEmpty()) {
            List<Sample> one = List.of(first.microBatches().get(0).get(0));
            replica.rowsThatAreNotFinite(new StepInput(List.of(one), first.totals(), 0));
        }
    }

    /** Whether the replica belongs to a run and computes on a device. */
    boolean serves(String run, Device wanted) {
        return plan.run().equals(run) && device.equals(wanted);
    }

    /** Whether the replica is at a point of the run. */
    boolean isAt(Position wanted) {
        return position != null && position.step() == wanted.step() && position.generation() == wanted.generation();
    }

    /** Whether the replica moved from the run's start and cannot go back without a checkpoint. */
    boolean canMoveTo(Position wanted) {
        return isAt(wanted) || wanted.commit() != null;
    }

    /** The same for a place among workers, each of which may hold a share of the optimizer's state. */
    boolean canMoveTo(Position wanted, int rank, int worldSize) {
        return canMoveTo(wanted) && (wanted.isRestorable() || holdsShare(rank, worldSize));
    }

    /** Whether the replica has what of the optimizer's state belongs to a place among the workers. */
    boolean holdsShare(int rank, int worldSize) {
        return !plan.train().sharesOptimizer() || replica.holdsOptimizer(rank, worldSize);
    }

    /** Brings the replica to a point that it {@link #canMoveTo}. */
    void moveTo(Position wanted, int rank, int worldSize) throws IOException {
        if (base != null && rank == 0 && plan.train().checkpoint().klRows() > 0) {
            base.model(); // Rank 0 measures; within a step there would be no time to open it.
        }
        String commit = wanted.commit();
        boolean isThere = isAt(wanted) && (wanted.step() == 0 || holdsShare(rank, worldSize));
        if (!holdsShare(rank, worldSize)) {
            replica.shareOptimizer(rank, worldSize);
        }
        if (!isThere) {
            position = null;
            if (commit == null) {
                throw new IllegalStateException("Cannot move a replica to step " + wanted.step() + " without a commit");
            }
            AttemptFiles.read(plan.storage(), commit, replica::restore);
        }
        position = wanted;
    }

    /** Says that the replica is about to change. */
    void leave() {
        position = null;
    }

    /** Says where the replica is after all workers came there. */
    void arrive(Position reached) {
        position = reached;
    }

    TrainPlan plan() {
        return plan;
    }

    Replica replica() {
        return replica;
    }

    StepReader rows() {
        return rows;
    }

    /** Present where held-out rows were given. */
    @Nullable
    HeldOut heldOut() {
        return heldOut;
    }

    /** Writes everything from which training goes on. */
    void saveState(Path folder, WorkerExchange exchange) throws IOException {
        replica.save(folder, exchange);
        if (adapter != null) {
            saveResult(folder);
        }
    }

    /** Writes what a user takes away: a PEFT adapter, or the whole model. */
    void saveResult(Path folder) throws IOException {
        if (adapter != null) {
            // PEFT resolves the name as a path of the local file system.
            adapter.toPeft(plan.modelDirectory().replaceFirst("^file:", "")).write(folder);
        } else {
            ModelExport.write(
                    pretrained,
                    ModelExport.masters(Replica.allTrainable(model), model.tensors()),
                    storedType(pretrained.directory()),
                    folder);
        }
    }

    /** The type in which a model's files hold most weights. */
    private static StoredType storedType(Path directory) {
        try (Checkpoint checkpoint = Checkpoint.open(directory)) {
            long narrow = checkpoint.names().stream()
                    .filter(name -> checkpoint.info(name).type() == StoredType.BF16)
                    .count();
            return 2 * narrow > checkpoint.names().size() ? StoredType.BF16 : StoredType.F32;
        }
    }

    @Override
    public void close() throws IOException {
        try (VisionLanguageModel whole = model;
                LoraAdapter attached = adapter;
                Replica trained = replica;
                StepReader reader = rows;
                HeldOut evaluated = heldOut;
                BaseModel compared = base) {
            position = null;
        }
    }
}
