// SPDX-License-Identifier: Apache-2.0
package dev.vireo.training;

import dev.vireo.batch.TokenBudget;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Which rows an optimizer step sees: a function of (seed, epoch, step) alone, never of the number of workers, of file
 * listings or of what ran before. A run that resumes at step n therefore sees what an uninterrupted run sees from n on.
 *
 * <p>The rows of an epoch are cut, in the epoch's order, into global batches of {@code rowsPerStep} rows, and each
 * global batch into micro-batches of {@code microBatchRows} rows. Worker {@code rank} of {@code worldSize} takes the
 * micro-batches whose number in the step leaves the remainder {@code rank}. The last global batch of an epoch keeps
 * what is left, as transformers' Trainer does with its default {@code dataloader_drop_last=False}: it may hold fewer
 * micro-batches, its last micro-batch fewer rows, and some workers none. Unlike Trainer's sampler on several workers,
 * no row is repeated to fill it up, so an epoch is every row exactly once for every world size.
 *
 * <p>Steps count from 0; the first step of epoch e is {@code e * stepsPerEpoch()}.
 */
public final class DataOrder {
    private final int rows;
    private final int microBatchRows;
    private final int microBatchesPerStep;
    private final long seed;
    private final boolean shuffled;
    private final @Nullable TokenBudget budget;

    private DataOrder(
            int rows,
            int microBatchRows,
            int microBatchesPerStep,
            long seed,
            boolean shuffled,
            @Nullable TokenBudget budget) {
        requirePositive("number of rows", rows);
        requirePositive("micro-batch size", microBatchRows);
        requirePositive("number of micro-batches per step", microBatchesPerStep);
        this.rows = rows;
        this.microBatchRows = microBatchRows;
        this.microBatchesPerStep = microBatchesPerStep;
        this.seed = seed;
        this.shuffled = shuffled;
        this.budget = budget;
    }

    /** Every epoch in another pseudo-random order, drawn from {@code seed} and the epoch's number. */
    public static DataOrder shuffled(int rows, int microBatchRows, int microBatchesPerStep, long seed) {
        return new DataOrder(rows, microBatchRows, microBatchesPerStep, seed, true, null);
    }

    /** Every epoch in the order of the input. */
    public static DataOrder sequential(int rows, int microBatchRows, int microBatchesPerStep) {
        return new DataOrder(rows, microBatchRows, microBatchesPerStep, 0, false, null);
    }

    /**
     * The same global batches, cut into micro-batches of at most so many tokens instead of {@code microBatchRows} rows. Each
     * goes to the worker that has the fewest tokens so far.
     *
     * @param most tokens of a micro-batch; a longer row is one of its own
     * @param tokens of a row
     */
    public DataOrder packed(int most, IntUnaryOperator tokens) {
        requirePositive("number of tokens of a micro-batch", most);
        return new DataOrder(rows, microBatchRows, microBatchesPerStep, seed, shuffled, new TokenBudget(most, tokens));
    }

    /** Rows of a full global batch. */
    public long rowsPerStep() {
        return (long) microBatchRows * microBatchesPerStep;
    }

    /** Optimizer steps of an epoch, the last, smaller one included. */
    public int stepsPerEpoch() {
        return (int) ((rows + rowsPerStep() - 1) / rowsPerStep());
    }

    /** Optimizer steps of {@code epochs} epochs; a fraction is rounded up to a whole step. */
    public long steps(double epochs) {
        if (!(epochs > 0) || Double.isInfinite(epochs)) {
            throw new IllegalArgumentException("Invalid number of epochs: " + epochs + " (expected more than 0)");
        }
        return (long) Math.ceil(epochs * stepsPerEpoch());
    }

    /** Number of the epoch that {@code step} belongs to. */
    public long epoch(long step) {
        return step / stepsPerEpoch();
    }

    /** Epochs seen once {@code completedSteps} steps are done, fractions included. */
    public double epochsAfter(long completedSteps) {
        long whole = completedSteps / stepsPerEpoch();
        double seen = (double) (completedSteps % stepsPerEpoch()) * rowsPerStep();
        return whole + seen / rows;
    }

    /** All micro-batches of a step, as row numbers, in the order in which their losses are summed. */
    public List<int[]> microBatches(long step) {
        if (step < 0) {
            throw new IllegalArgumentException("Invalid step: " + step + " (expected 0 or more)");
        }
        int[] batch = globalBatch(step);
        if (budget != null) {
            return budget.microBatches(batch);
        }
        List<int[]> parts = new ArrayList<>();
        for (int from = 0; from < batch.length; from += microBatchRows) {
            parts.add(Arrays.copyOfRange(batch, from, Math.min(batch.length, from + microBatchRows)));
        }
        return parts;
    }

    /** The micro-batches of a step that one worker computes; empty where the last step of an epoch has too few. */
    public List<int[]> microBatches(long step, int rank, int worldSize) {
        if (rank < 0 || rank >= worldSize) {
            throw new IllegalArgumentException("Invalid rank: " + rank + " (expected 0 to " + (worldSize - 1) + ")");
        }
        List<int[]> all = microBatches(step);
        if (budget != null) {
            return budget.share(all, rank, worldSize);
        }
        List<int[]> mine = new ArrayList<>();
        for (int number = rank; number < all.size(); number += worldSize) {
            mine.add(all.get(number));
        }
        return mine;
    }

    private int[] globalBatch(long step) {
        long first = step % stepsPerEpoch() * rowsPerStep();
        int count = (int) Math.min(rowsPerStep(), rows - first);
        int[] batch = new int[count];
        Permutation permutation = new Permutation(rows, seed, epoch(step));
        for (int i = 0; i < count; i++) {
            int position = (int) (first + i);
            batch[i] = shuffled ? permutation.at(position) : position;
        }
        return batch;
    }

    private static void requirePositive(String what, int value) {
        if (value <= 0) {
            throw new IllegalArgumentException("Invalid " + what + ": " + value + " (expected 1 or more)");
        }
    }
}
