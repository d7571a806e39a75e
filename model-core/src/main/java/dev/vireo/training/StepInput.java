// SPDX-License-Identifier: Apache-2.0
package dev.vireo.training;

import dev.vireo.batch.Sample;
import java.util.List;

/**
 * What one worker computes in one optimizer step.
 *
 * @param microBatches this worker's rows, a list for each micro-batch; may be empty
 * @param totals sizes of the global batch
 * @param learningRate of this step
 * @param divergence whether the step also measures the divergence from the base model; the same on every worker
 */
public record StepInput(
        List<List<Sample>> microBatches, BatchTotals totals, double learningRate, Divergence divergence) {
    /** Whether {@code kl} is measured, which costs a forward pass of the base model. */
    public enum Divergence {
        MEASURED,
        SKIPPED
    }

    public StepInput {
        microBatches = microBatches.stream().map(List::copyOf).toList();
    }

    /** A step that does not measure the divergence. */
    public StepInput(List<List<Sample>> microBatches, BatchTotals totals, double learningRate) {
        this(microBatches, totals, learningRate, Divergence.SKIPPED);
    }
}
