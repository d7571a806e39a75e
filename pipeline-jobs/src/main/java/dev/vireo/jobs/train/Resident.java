// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.train;

import ai.djl.Device;
import dev.vireo.adapter.LoraAdapter;
import dev.vireo.batch.Sample;
import dev.vireo.checkpoint.Checkpoint;
import dev.vireo.checkpoint.StoredType;
import dev.vireo.jobs.exchange.WorkerExchange;
import dev.vireo.model.VisionLanguageModel;
import dev.vireo.pretrained.ModelExport;
import dev.vireo.pretrained.PretrainedModel;
import dev.vireo.training.BaseModel;
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

    Resident(
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
