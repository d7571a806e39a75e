// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.select;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.size;
import static org.apache.spark.sql.functions.when;

import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** Drops rows without an image. */
final class TextOnlyRows implements Rule {
    @Override
    public Verdict judge(Dataset<Row> rows) {
        return Verdict.of(rows.withColumn(
                Candidates.REASON,
                when(size(col(Candidates.IMAGES)).equalTo(0), lit("no image: prepare.select.text-only is reject"))));
    }
}
