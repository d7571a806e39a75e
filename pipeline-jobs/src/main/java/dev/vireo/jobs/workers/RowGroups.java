// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.workers;

import dev.vireo.batch.TokenBudget;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

/**
 * Which rows of a part go through the model together: so many of them, or as many as hold so many tokens.
 *
 * @param rows of a group where rows are counted
 * @param tokens of a group where rows are packed by length; 0 where they are counted
 */
public record RowGroups(int rows, int tokens) implements Serializable {
    /** Rows of a part are a multiple of this where they are packed, so that a part has long and short ones. */
    private static final int PACKED_ROWS = 32;

    /** As the settings {@code batch-size} and {@code max-tokens-per-batch} of a job say. */
    public static RowGroups of(int batchSize, int maxTokens) {
        return new RowGroups(maxTokens > 0 ? Math.max(batchSize, PACKED_ROWS) : batchSize, maxTokens);
    }

    /**
     * Cuts a part into groups.
     *
     * @param first the part's first row
     * @param end the row after its last
     * @param length tokens of a row
     * @return row numbers, ascending in each group; every row once
     */
    public List<int[]> cut(int first, int end, IntUnaryOperator length) {
        if (tokens > 0) {
            return new TokenBudget(tokens, length)
                    .microBatches(IntStream.range(first, end).toArray());
        }
        List<int[]> groups = new ArrayList<>();
        for (int from = first; from < end; from += rows) {
            groups.add(IntStream.range(from, Math.min(end, from + rows)).toArray());
        }
        return groups;
    }
}
