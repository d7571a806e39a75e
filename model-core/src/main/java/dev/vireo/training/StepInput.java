// SPDX-License-Identifier: Apache-2.0
package dev.vireo.training;

import dev.vireo.batch.Sample;
import java.util.List;

/**
 * What one worker computes in one optimizer step.
 *
 * @param microBatches this worker's rows, a list for each micro-batch; may be empty
 * @param mismatched the same rows with the answers of others, for an objective that takes {@link
 *     dev.vireo.objective.Objective.Input#ANCHOR}; empty for any other
 * @param totals sizes of the global batch
 * @param learningRate of this step
 * @param watch what the step measures besides; the same on every worker
 */
public record StepInput(
        List<List<Sample>> microBatches,
        List<List<Sample>> mismatched,
        BatchTotals totals,
        double learningRate,
        Watch watch) {
    /**
     * What a step measures beside the objective's metrics.
     *
     * @param divergenceRows rows of the step's first micro-batch on which {@code kl} is measured, each at the cost of a
     *     forward pass of the base model; 0 measures none
     * @param logged whether what is cheap is measured of all answers' tokens: their entropy, at the cost of the head's forward
     *     pass, and where there is a reference the log-ratio to it
     */
    public record Watch(int divergenceRows, boolean logged) {
        /** Nothing. */
        public static final Watch NOTHING = new Watch(0, false);

        /** The same for rows on which no divergence is measured. */
        Watch withoutDivergence() {
            return new Watch(0, logged);
        }
    }

    public StepInput {
        microBatches = microBatches.stream().map(List::copyOf).toList();
        mismatched = mismatched.stream().map(List::copyOf).toList();
    }

    /** A step of an objective that takes no other rows' answers. */
    public StepInput(List<List<Sample>> microBatches, BatchTotals totals, double learningRate, Watch watch) {
        this(microBatches, List.of(), totals, learningRate, watch);
    }

    /** A step that measures nothing besides. */
    public StepInput(List<List<Sample>> microBatches, BatchTotals totals, double learningRate) {
        this(microBatches, totals, learningRate, Watch.NOTHING);
    }
}
