// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.prepare;

import dev.vireo.jobs.config.PrepareSettings;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one shard.
 *
 * @param number of the shard
 * @param file that holds the rows
 * @param label of the file in row ids
 * @param schema of the file
 * @param hasIds whether the file has a column of row ids
 * @param first number of the first row in the file
 * @param count number of rows
 * @param duplicates rows that are rejected for their id: number in the file to the reason
 */
record ShardTask(
        int number,
        String file,
        String label,
        PrepareSettings.Schema schema,
        boolean hasIds,
        long first,
        long count,
        HashMap<Long, String> duplicates)
        implements Serializable {

    private static final String FAILED = "Cannot prepare ";

    /** All tasks of an input, in the order of the rows. */
    static List<ShardTask> plan(List<InputFile> files, int shardRows) {
        List<ShardTask> tasks = new ArrayList<>();
        for (InputFile file : files) {
            for (long[] range : file.ranges(shardRows)) {
                tasks.add(new ShardTask(
                        tasks.size(),
                        file.entry().path(),
                        file.label(),
                        file.schema(),
                        file.hasIds(),
                        range[0],
                        range[1],
                        new HashMap<>()));
            }
        }
        return tasks;
    }

    ShardTask rejecting(Map<Long, String> rows) {
        return new ShardTask(number, file, label, schema, hasIds, first, count, new HashMap<>(rows));
    }

    /** What a failed attempt says: which rows, and why. */
    IOException failed(Exception cause) {
        String reason = FAILED + file + " rows " + first + " to " + (first + count - 1) + ": " + cause.getMessage();
        return new IOException(reason, cause);
    }

    /** What a task said that made a Spark job fail; Spark's report of it, with all traces, is kept beside. */
    static IOException failure(Exception report) {
        Throwable told = report;
        for (Throwable each = report; each != null; each = each.getCause()) {
            String message = each.getMessage();
            if (message != null && message.startsWith(FAILED)) {
                told = each;
            }
        }
        IOException failure = new IOException(told.getMessage());
        failure.addSuppressed(report);
        return failure;
    }

    /** The id of a row: its own, or else the file and its number there. */
    String rowId(@Nullable String own, long row) {
        return own != null ? own : label + ":" + row;
    }
}
