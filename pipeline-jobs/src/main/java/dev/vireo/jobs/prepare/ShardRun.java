// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.prepare;

import dev.vireo.batch.RowTokens;
import dev.vireo.jobs.schema.InputRow;
import dev.vireo.jobs.schema.ParquetRows;
import dev.vireo.jobs.schema.RejectedRowException;
import dev.vireo.jobs.shards.RowText;
import dev.vireo.jobs.shards.ShardEntry;
import dev.vireo.jobs.shards.ShardWriter;
import dev.vireo.jobs.storage.Storage;
import java.io.IOException;
import java.io.Serializable;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import scala.Tuple2;

/**
 * Prepares the rows of one task. Its files are complete before its marker is written, so an attempt that dies leaves nothing
 * that counts, and one that runs twice writes the same bytes again.
 */
final class ShardRun implements Serializable {
    private static final long serialVersionUID = 1;

    private final Storage storage;
    private final String output;
    private final Recipe recipe;
    private final int shardRows;
    private final long shardBytes;

    /**
     * @param output directory of the manifest
     * @param shardRows most rows in a shard
     * @param shardBytes at which a shard is full
     */
    ShardRun(Storage storage, String output, Recipe recipe, int shardRows, long shardBytes) {
        this.storage = storage;
        this.output = output;
        this.recipe = recipe;
        this.shardRows = shardRows;
        this.shardBytes = shardBytes;
    }

    /** Where a task's marker lies. */
    static String marker(String output, int number) {
        return Storage.child(output, ShardWriter.UNFINISHED + "/" + name(number) + ".json");
    }

    private static String name(int number) {
        return String.format(Locale.ROOT, "%05d", number);
    }

    /**
     * Makes the shards of a task.
     *
     * @param dropped rows of the task that are not kept with the reasons, in the order of the rows
     */
    ShardResult run(ShardTask task, Iterator<Tuple2<RowPlace, String>> dropped) throws IOException {
        InputRange range = task.rows();
        ModelTools tools = ModelTools.of(storage, recipe);
        RowMaker maker = tools.rows();
        try (ParquetRows rows = range.open(storage);
                ShardParts shards = new ShardParts(
                        ShardWriter.create(
                                storage, output, task.number(), recipe.images().storage(), tools.imageTokenId()),
                        shardRows,
                        shardBytes);
                RejectsFile rejected = new RejectsFile(storage, output, name(task.number()) + ".parquet")) {
            Tuple2<RowPlace, String> drop = next(dropped);
            for (long row = range.first(); rows.next(); row++) {
                String rowId = range.rowId(rows.rowId(), row);
                if (drop != null && drop._1().row() == row) {
                    rejected.add(rowId, drop._2());
                    drop = next(dropped);
                    continue;
                }
                try {
                    write(range, row, rowId, rows.row(), maker, shards);
                } catch (RejectedRowException e) {
                    rejected.add(rowId, Objects.requireNonNull(e.getMessage()));
                }
            }
            List<ShardEntry> entries = shards.finish();
            rejected.publish();
            ShardResult result =
                    new ShardResult(task.number(), entries, shards.imageBytes(), range.count(), rejected.kinds());
            storage.publish(marker(output, task.number()), result.toJson());
            return result;
        } catch (IOException | RuntimeException e) {
            throw range.failed(e);
        }
    }

    private static @Nullable Tuple2<RowPlace, String> next(Iterator<Tuple2<RowPlace, String>> dropped) {
        return dropped.hasNext() ? dropped.next() : null;
    }

    private static void write(
            InputRange range, long row, String rowId, InputRow input, RowMaker maker, ShardParts shards)
            throws IOException {
        RowTokens tokens = maker.tokens(rowId, input);
        RowText.Lineage lineage = new RowText.Lineage(range.label(), row, Transformations.of(range, input, maker));
        shards.write(
                tokens,
                input,
                RowText.of(rowId, input.conversation(), input.provenance()).with(lineage),
                maker);
    }
}
