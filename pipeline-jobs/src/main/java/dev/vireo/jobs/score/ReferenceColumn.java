// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.score;

import dev.vireo.jobs.storage.OutputDirectory;
import dev.vireo.jobs.storage.Storage;
import dev.vireo.training.ReferenceLogProbs;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * An output of {@code score} as DPO's reference: the sums of both answers of every row, by row id. Goes to executors by Java
 * serialization. Never changes.
 */
public final class ReferenceColumn implements ReferenceLogProbs, Serializable {
    private static final long serialVersionUID = 1;
    /** Numbers of a row. */
    private static final int NUMBERS = 4;

    /** Ascending. */
    private final String[] rowIds;

    /** Four numbers for each row, in the order of {@link Sums}. */
    private final double[] sums;

    private ReferenceColumn(String[] rowIds, double[] sums) {
        this.rowIds = rowIds;
        this.sums = sums;
    }

    /**
     * Reads an output of {@code score}.
     *
     * @param wanted what the scores must belong to
     * @throws dev.vireo.jobs.config.InvalidSettingsException if the output is not finished or belongs to something else
     */
    public static ReferenceColumn read(SparkSession spark, Storage storage, String directory, ScoreKey wanted)
            throws IOException {
        if (!OutputDirectory.isFinished(storage, directory)) {
            throw ScoreKey.unusable(directory, "they are not finished; run score to its end");
        }
        ScoreKey.read(storage, directory).require(directory, wanted);
        Dataset<Row> scores = spark.read().parquet(storage.absolute(directory));
        if (!Arrays.asList(scores.columns()).contains("chosen_shared_logps")) {
            throw ScoreKey.unusable(directory, "they have no column chosen_shared_logps; run score again");
        }
        // Spark orders text by its UTF-8 bytes, the search below by its UTF-16 units.
        List<Row> rows = new ArrayList<>(scores.select(
                        "row_id", "chosen_logps", "rejected_logps", "chosen_shared_logps", "rejected_shared_logps")
                .collectAsList());
        rows.sort(Comparator.comparing(row -> row.getString(0)));
        String[] rowIds = new String[rows.size()];
        double[] sums = new double[NUMBERS * rowIds.length];
        for (int i = 0; i < rowIds.length; i++) {
            Row row = rows.get(i);
            rowIds[i] = row.getString(0);
            for (int n = 0; n < NUMBERS; n++) {
                sums[NUMBERS * i + n] = row.isNullAt(1 + n) ? 0 : row.getDouble(1 + n);
            }
        }
        return new ReferenceColumn(rowIds, sums);
    }

    /** Number of rows. */
    public int rows() {
        return rowIds.length;
    }

    @Override
    public Sums of(String rowId) {
        int at = Arrays.binarySearch(rowIds, rowId);
        if (at < 0) {
            throw new IllegalArgumentException("Cannot compare row " + rowId + " with the reference: none of its "
                    + rowIds.length + " rows has this id");
        }
        int first = NUMBERS * at;
        return new Sums(sums[first], sums[first + 1], sums[first + 2], sums[first + 3]);
    }
}
