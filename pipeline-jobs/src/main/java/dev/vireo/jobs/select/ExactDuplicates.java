// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.select;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.first;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.row_number;
import static org.apache.spark.sql.functions.when;

import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.expressions.WindowSpec;

/** Drops rows whose images and text are those of an earlier row. */
final class ExactDuplicates implements Rule {
    @Override
    public Verdict judge(Dataset<Row> rows) {
        WindowSpec same =
                Window.partitionBy(col(Candidates.IMAGES), col(Candidates.TEXT)).orderBy(Candidates.inputOrder());
        return Verdict.of(rows.withColumn(
                Candidates.REASON,
                when(
                        row_number().over(same).gt(1),
                        concat(
                                lit("duplicate row: its images and its text are those of row "),
                                first(col(Candidates.ROW_ID)).over(same)))));
    }
}
