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
 */
public record StepInput(List<List<Sample>> microBatches, BatchTotals totals, double learningRate) {
    public StepInput {
        microBatches = microBatches.stream().map(List::copyOf).toList();
    }
}
