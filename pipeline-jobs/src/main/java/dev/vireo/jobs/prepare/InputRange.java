// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.prepare;

import dev.vireo.jobs.config.PrepareSettings;
import dev.vireo.jobs.schema.ParquetRows;
import dev.vireo.jobs.storage.Storage;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Rows of one file that are read one after the other.
 *
 * @param number of the range, in the order of the rows
 * @param file number of the file, in the same order
 * @param source number of the input that holds the file
 * @param path of the file
 * @param label of the file in row ids
 * @param schema of the file
 * @param hasIds whether the file has a column of row ids
 * @param first number of the first row in the file
 * @param count number of rows
 */
record InputRange(
        int number,
        int file,
        int source,
        String path,
        String label,
        PrepareSettings.Schema schema,
        boolean hasIds,
        long first,
        long count)
        implements Serializable {

    private static final String FAILED = "Cannot prepare ";

    /** All rows of the input in ranges of at most {@code most}, as {@link InputFile#ranges} cuts them. */
    static List<InputRange> all(List<InputFile> files, int most) {
        List<InputRange> ranges = new ArrayList<>();
        for (int file = 0; file < files.size(); file++) {
            InputFile from = files.get(file);
            for (long[] range : from.ranges(most)) {
                ranges.add(new InputRange(
                        ranges.size(),
                        file,
                        from.source(),
                        from.entry().path(),
                        from.label(),
                        from.schema(),
                        from.hasIds(),
                        range[0],
                        range[1]));
            }
        }
        return ranges;
    }

    /** Some of the file's rows. */
    InputRange of(int otherNumber, long otherFirst, long otherCount) {
        return new InputRange(otherNumber, file, source, path, label, schema, hasIds, otherFirst, otherCount);
    }

    /** Opens the rows; the caller closes them. */
    ParquetRows open(Storage storage) throws IOException {
        return ParquetRows.open(storage, path, schema, first, count);
    }

    /** Opens the rows' ids; the caller closes them. */
    ParquetRows openIds(Storage storage) throws IOException {
        return ParquetRows.openIds(storage, path, schema, first, count);
    }

    /** The id of a row: its own, or else the file and its number there. */
    String rowId(@Nullable String own, long row) {
        return own != null ? own : label + ":" + row;
    }

    /** What a failed attempt says: which rows, and why. */
    IOException failed(Exception cause) {
        String reason = FAILED + path + " rows " + first + " to " + (first + count - 1) + ": " + cause.getMessage();
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
}
