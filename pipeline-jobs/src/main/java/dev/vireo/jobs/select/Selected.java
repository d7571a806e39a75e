// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.select;

import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** What the rules decided. It holds the tables between the rules in Spark's cache until it is closed. */
public final class Selected implements AutoCloseable {
    private final Dataset<Row> dropped;
    private final List<String> notes;
    private final List<Dataset<Row>> cached;

    Selected(Dataset<Row> dropped, List<String> notes, List<Dataset<Row>> cached) {
        this.dropped = dropped;
        this.notes = List.copyOf(notes);
        this.cached = List.copyOf(cached);
    }

    /** {@link Candidates#FILE}, {@link Candidates#ROW}, {@link Candidates#RANGE} and {@link Candidates#REASON} of the rows that are dropped. */
    public Dataset<Row> dropped() {
        return dropped;
    }

    /** What the rules found, a sentence each. */
    public List<String> notes() {
        return notes;
    }

    @Override
    public void close() {
        cached.forEach(Dataset::unpersist);
    }
}
