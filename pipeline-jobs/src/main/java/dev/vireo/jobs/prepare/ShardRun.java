// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.prepare;

import dev.vireo.batch.Sample;
import dev.vireo.jobs.schema.InputRow;
import dev.vireo.jobs.schema.ParquetRows;
import dev.vireo.jobs.schema.RejectedRowException;
import dev.vireo.jobs.shards.RowText;
import dev.vireo.jobs.shards.ShardEntry;
import dev.vireo.jobs.shards.ShardWriter;
import dev.vireo.jobs.storage.Storage;
import java.io.IOException;
import java.io.Serializable;
import java.util.Locale;
import java.util.Objects;
import org.apache.spark.api.java.function.Function;

/**
 * Prepares the rows of one shard in a Spark task. Its files are complete before its marker is written, so an attempt that
 * dies leaves nothing that counts, and one that runs twice writes the same bytes again.
 */
final class ShardRun implements Function<ShardTask, ShardResult>, Serializable {
    private static final long serialVersionUID = 1;

    private final Storage storage;
    private final String output;
    private final Recipe recipe;

    /**
     * @param output directory of the manifest
     */
    ShardRun(Storage storage, String output, Recipe recipe) {
        this.storage = storage;
        this.output = output;
        this.recipe = recipe;
    }

    /** Where a shard's marker lies. */
    static String marker(String output, int number) {
        return Storage.child(output, ShardWriter.UNFINISHED + "/" + name(number) + ".json");
    }

    private static String name(int number) {
        return String.format(Locale.ROOT, "%05d", number);
    }

    @Override
    public ShardResult call(ShardTask task) throws IOException {
        ModelTools tools = ModelTools.of(storage, recipe);
        try (ParquetRows rows = ParquetRows.open(storage, task.file(), task.schema(), task.first(), task.count());
                ShardWriter writer = ShardWriter.create(
                        storage, output, task.number(), recipe.images().storage(), tools.imageTokenId());
                RejectsFile rejected = new RejectsFile(storage, output, name(task.number()) + ".parquet")) {
            RowMaker maker = tools.rows();
            for (long row = task.first(); rows.next(); row++) {
                String rowId = task.rowId(rows.rowId(), row);
                try {
                    write(task, row, rowId, rows, maker, writer);
                } catch (RejectedRowException e) {
                    rejected.add(rowId, Objects.requireNonNull(e.getMessage()));
                }
            }
            ShardEntry entry = writer.finish();
            rejected.publish();
            ShardResult result = new ShardResult(entry, task.count(), rejected.kinds());
            storage.publish(marker(output, task.number()), result.toJson());
            return result;
        } catch (IOException | RuntimeException e) {
            throw task.failed(e);
        }
    }

    private static void write(
            ShardTask task, long row, String rowId, ParquetRows rows, RowMaker maker, ShardWriter writer)
            throws IOException {
        String duplicate = task.duplicates().get(row);
        if (duplicate != null) {
            throw new RejectedRowException(duplicate);
        }
        InputRow input = rows.row();
        Sample sample = maker.sample(rowId, input);
        writer.write(sample, input.images(), RowText.of(rowId, input.conversation(), input.provenance()));
    }
}
