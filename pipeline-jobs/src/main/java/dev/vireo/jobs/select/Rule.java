// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.select;

import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** One rule of the selection. The same rows get the same verdict however they are partitioned. */
interface Rule {
    /** Judges the rows that the rules before left. */
    Verdict judge(Dataset<Row> rows);

    /**
     * What a rule says.
     *
     * @param rows those that were given, with {@link Candidates#REASON} why one is dropped, null where it stays
     * @param notes what the rule found on its way, for the summary
     */
    record Verdict(Dataset<Row> rows, List<String> notes) {
        static Verdict of(Dataset<Row> rows) {
            return new Verdict(rows, List.of());
        }
    }
}
