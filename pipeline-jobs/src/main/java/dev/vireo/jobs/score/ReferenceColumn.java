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

    /** Ascending. */
    private final String[] rowIds;

    private final double[] chosen;
    private final double[] rejected;

    private ReferenceColumn(String[] rowIds, double[] chosen, double[] rejected) {
        this.rowIds = rowIds;
        this.chosen = chosen;
        this.rejected = rejected;
    }

    /**
     * Reads the pairs of an output of {@code score}.
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
        Dataset<Row> scores = spark.read()
                .parquet(storage.absolute(directory))
                .select("row_id", "chosen_logps", "rejected_logps")
                .where("rejected_logps is not null");
        // Spark orders text by its UTF-8 bytes, the search below by its UTF-16 units.
        List<Row> rows = new ArrayList<>(scores.collectAsList());
        rows.sort(Comparator.comparing(row -> row.getString(0)));
        String[] rowIds = new String[rows.size()];
        double[] chosen = new double[rows.size()];
        double[] rejected = new double[rows.size()];
        for (int i = 0; i < rowIds.length; i++) {
            Row row = rows.get(i);
            rowIds[i] = row.getString(0);
            chosen[i] = row.getDouble(1);
            rejected[i] = row.getDouble(2);
        }
        return new ReferenceColumn(rowIds, chosen, rejected);
    }

    /** Number of rows. */
    public int rows() {
        return rowIds.length;
    }

    @Override
    public double[] of(String rowId) {
        int at = Arrays.binarySearch(rowIds, rowId);
        if (at < 0) {
            throw new IllegalArgumentException("Cannot compare row " + rowId + " with the reference: none of its "
                    + rowIds.length + " rows has this id");
        }
        return new double[] {chosen[at], rejected[at]};
    }
}
