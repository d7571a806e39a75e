// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.select;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.xxhash64;

import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Draws rows at random, without putting back. A row's lot is a hash of the seed, the purpose and the row's id, so neither the
 * partitioning nor the other rows change the order in which rows are drawn.
 */
final class Draw {
    private static final String MARK = "drawn";

    private final long seed;
    private final String purpose;

    Draw(long seed, String purpose) {
        this.seed = seed;
        this.purpose = purpose;
    }

    /** Whether a row was drawn, in what {@link #marked} gives. */
    static Column isDrawn() {
        return col(MARK).isNotNull();
    }

    /** Takes the mark off again. */
    static Dataset<Row> unmarked(Dataset<Row> rows) {
        return rows.drop(MARK);
    }

    /** The rows, with a mark on {@code count} of them. */
    Dataset<Row> marked(Dataset<Row> rows, long count) {
        return rows.join(places(rows, count), Candidates.NAME, "left");
    }

    /** The rows, with a mark on those that a draw of its own from each group gives. */
    Dataset<Row> marked(Dataset<Row> rows, Column group, long[] counts) {
        Dataset<Row> drawn = places(rows.where(group.equalTo(0)), counts[0]);
        for (int i = 1; i < counts.length; i++) {
            drawn = drawn.union(places(rows.where(group.equalTo(i)), counts[i]));
        }
        return rows.join(drawn, Candidates.NAME, "left");
    }

    private Dataset<Row> places(Dataset<Row> rows, long count) {
        Column lot = xxhash64(lit(seed), lit(purpose), col(Candidates.ROW_ID));
        return rows.orderBy(lot, col(Candidates.FILE), col(Candidates.ROW))
                .limit(Math.toIntExact(count))
                .select(col(Candidates.FILE), col(Candidates.ROW), lit(true).as(MARK));
    }
}
