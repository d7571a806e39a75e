// SPDX-License-Identifier: Apache-2.0
package dev.vireo.training;

/**
 * Sizes of a step's global batch, over all micro-batches and workers. Losses are divided by these, so a step's loss and
 * gradient do not depend on how its rows were dealt out.
 *
 * @param rows pairs or demonstrations
 * @param answers of all rows: two of a pair
 * @param nllTokens tokens of the negative log-likelihood, see {@link dev.vireo.batch.RowTokens#nllTokens}
 */
public record BatchTotals(long rows, long answers, long nllTokens) {
    public BatchTotals {
        if (rows < 1 || answers < rows || nllTokens < 0) {
            throw new IllegalArgumentException("Invalid totals of a batch: " + rows + " rows, " + answers + " answers, "
                    + nllTokens + " tokens (expected at least 1 row, and an answer each)");
        }
    }

    /** The totals of this batch and another one. */
    public BatchTotals plus(BatchTotals other) {
        return new BatchTotals(rows + other.rows, answers + other.answers, nllTokens + other.nllTokens);
    }
}
