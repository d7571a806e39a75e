// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.select;

import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.when;

import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** Draws a number of rows and drops the others. */
final class RandomSample implements Rule {
    private final int wanted;
    private final Draw draw;

    RandomSample(int wanted, long seed) {
        this.wanted = wanted;
        this.draw = new Draw(seed, "sample");
    }

    @Override
    public Verdict judge(Dataset<Row> rows) {
        return Verdict.of(Draw.unmarked(draw.marked(rows, wanted)
                .withColumn(
                        Candidates.REASON,
                        when(not(Draw.isDrawn()), lit("not sampled: prepare.select.rows is " + wanted)))));
    }
}
