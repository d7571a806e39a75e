// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.shards;

import dev.vireo.batch.PackedBatch.PromptTargets;
import dev.vireo.jobs.storage.Storage;
import java.io.IOException;
import org.apache.arrow.memory.RootAllocator;

/**
 * Ids and exact token counts of all rows, in memory: what plans batches without touching the rows. Rows are numbered from 0
 * in the order of the input. Never changes.
 */
public final class RowIndex {
    private final String[] rowIds;
    private final int[] prefixTokens;
    private final int[] chosenTokens;
    private final int[] rejectedTokens;
    private final int[] completionTargets;
    private final int[] allTargets;
    private final int[] images;
    private int size;

    private RowIndex(int rows) {
        rowIds = new String[rows];
        prefixTokens = new int[rows];
        chosenTokens = new int[rows];
        rejectedTokens = new int[rows];
        completionTargets = new int[rows];
        allTargets = new int[rows];
        images = new int[rows];
    }

    static RowIndex read(Storage storage, Iterable<ShardPlace> shards, int rows) throws IOException {
        RowIndex index = new RowIndex(rows);
        try (RootAllocator allocator = new RootAllocator()) {
            for (ShardPlace shard : shards) {
                try (ArrowInput file = new ArrowInput(storage, shard.indexFile(), allocator)) {
                    for (int batch = 0; batch < file.batches(); batch++) {
                        Columns cells = file.load(batch);
                        index.append(cells, file.loadedRows());
                    }
                }
                if (index.size != shard.firstRow() + shard.entry().rows()) {
                    throw new IOException("Cannot read " + shard.indexFile() + ": it has "
                            + (index.size - shard.firstRow()) + " rows, expected "
                            + shard.entry().rows());
                }
            }
        }
        return index;
    }

    private void append(Columns cells, int rows) {
        for (int row = 0; row < rows; row++, size++) {
            rowIds[size] = cells.requiredText("row_id", row);
            prefixTokens[size] = cells.integer("prefix_tokens", row);
            chosenTokens[size] = cells.integer("chosen_tokens", row);
            rejectedTokens[size] = cells.integer("rejected_tokens", row);
            completionTargets[size] = cells.integer("completion_targets", row);
            allTargets[size] = cells.integer("all_targets", row);
            images[size] = cells.integer("images", row);
        }
    }

    /** Number of rows. */
    public int rows() {
        return rowIds.length;
    }

    public String rowId(int row) {
        return rowIds[row];
    }

    /** Tokens of the prompt with its images. */
    public int prefixTokens(int row) {
        return prefixTokens[row];
    }

    public int chosenTokens(int row) {
        return chosenTokens[row];
    }

    /** Tokens of the rejected answer; 0 where the row is no pair. */
    public int rejectedTokens(int row) {
        return rejectedTokens[row];
    }

    /** Whether the row has two answers. */
    public boolean isPair(int row) {
        return answers(row) == 2;
    }

    /**
     * The row whose answers are put to this row's prompt where an objective wants answers that do not belong to it: half of all rows
     * away, since neighbours may ask about the same picture. Every row is another's once.
     */
    public int mismatched(int row) {
        return (row + rows() / 2) % rows();
    }

    /** Number of answers. */
    public int answers(int row) {
        return (chosenTokens[row] > 0 ? 1 : 0) + (rejectedTokens[row] > 0 ? 1 : 0);
    }

    /** Tokens of prompt, images and all answers. */
    public int tokens(int row) {
        return prefixTokens[row] + chosenTokens[row] + rejectedTokens[row];
    }

    /** Tokens of the negative log-likelihood; as {@link dev.vireo.batch.RowTokens#nllTokens}. */
    public int nllTokens(int row, PromptTargets promptTargets) {
        return promptTargets == PromptTargets.SCORED ? allTargets[row] : completionTargets[row];
    }

    /** Number of images. */
    public int images(int row) {
        return images[row];
    }
}
