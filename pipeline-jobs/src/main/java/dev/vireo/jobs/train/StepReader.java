// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.train;

import dev.vireo.batch.PackedBatch.PromptTargets;
import dev.vireo.batch.Sample;
import dev.vireo.image.ImageProcessor;
import dev.vireo.jobs.shards.RowIndex;
import dev.vireo.jobs.shards.ShardReader;
import dev.vireo.jobs.shards.ShardSet;
import dev.vireo.objective.NllScope;
import dev.vireo.objective.Objective;
import dev.vireo.objective.Objective.Input;
import dev.vireo.training.BatchTotals;
import dev.vireo.training.DataOrder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Reads one worker's rows of a step, the next step's while this one computes. Confined to one thread. */
final class StepReader implements AutoCloseable {
    /** The rows of one worker in one step, and what all workers' rows add up to. */
    record Rows(List<List<Sample>> microBatches, List<List<Sample>> mismatched, BatchTotals totals) {}

    private record Wanted(long step, int rank, int worldSize) {}

    private final DataOrder order;
    private final RowIndex index;
    private final PromptTargets targets;
    private final boolean mismatched;
    private final ShardReader reader;
    private final ExecutorService ahead = Executors.newSingleThreadExecutor(task -> {
        Thread thread = new Thread(task, "vireo-rows");
        thread.setDaemon(true);
        return thread;
    });
    private @Nullable Wanted nextWanted;
    private @Nullable Future<Rows> next;

    StepReader(ShardSet shards, ImageProcessor images, DataOrder order, Objective objective) {
        this.order = order;
        this.index = shards.index();
        this.targets = targets(objective);
        this.mismatched = objective.inputs().contains(Input.ANCHOR);
        this.reader = shards.reader(images);
    }

    /** Which prompt tokens count in an objective's likelihood. */
    static PromptTargets targets(Objective objective) {
        return objective.nllScope() == NllScope.ALL ? PromptTargets.SCORED : PromptTargets.IGNORED;
    }

    /** The rows of a step. */
    Rows rows(long step, int rank, int worldSize) throws IOException, InterruptedException {
        Wanted wanted = new Wanted(step, rank, worldSize);
        Future<Rows> ready = next != null && wanted.equals(nextWanted) ? next : ahead.submit(() -> read(wanted));
        nextWanted = new Wanted(step + 1, rank, worldSize);
        Wanted following = nextWanted;
        next = ahead.submit(() -> read(following));
        try {
            return ready.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException unchecked) {
                throw unchecked;
            }
            throw new IOException("Cannot read the rows of step " + step + ": " + e.getMessage(), e);
        }
    }

    private Rows read(Wanted wanted) throws IOException {
        long rows = 0;
        long answers = 0;
        long nllTokens = 0;
        for (int[] microBatch : order.microBatches(wanted.step)) {
            for (int row : microBatch) {
                rows++;
                answers += index.answers(row);
                nllTokens += index.nllTokens(row, targets);
            }
        }
        List<List<Sample>> mine = new ArrayList<>();
        List<List<Sample>> others = new ArrayList<>();
        for (int[] microBatch : order.microBatches(wanted.step, wanted.rank, wanted.worldSize)) {
            List<Sample> samples = new ArrayList<>();
            for (int row : microBatch) {
                samples.add(reader.sample(row));
            }
            mine.add(samples);
            if (mismatched) {
                others.add(mismatched(microBatch));
            }
        }
        return new Rows(mine, others, new BatchTotals(rows, answers, nllTokens));
    }

    private List<Sample> mismatched(int[] rows) throws IOException {
        List<Sample> samples = new ArrayList<>();
        for (int row : rows) {
            samples.add(reader.mismatched(row, index.mismatched(row)));
        }
        return samples;
    }

    @Override
    public void close() throws IOException {
        ahead.shutdownNow();
        try {
            // The reading thread must be done before its files are closed.
            if (!ahead.awaitTermination(1, TimeUnit.MINUTES)) {
                throw new IOException("Cannot close the shards: a read does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        reader.close();
    }
}
