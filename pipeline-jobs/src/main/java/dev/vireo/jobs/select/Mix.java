// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.select;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.when;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Draws from each source so many rows that their numbers have given shares, and are not above given caps. No row is repeated:
 * the source that is shortest for its share decides how many rows there are.
 */
final class Mix implements Rule {
    private final List<Double> weights;
    private final List<Integer> caps;
    private final int sources;
    private final Draw draw;

    /**
     * @param weights of each source, empty for as many as there are
     * @param caps of each source, 0 for none; empty for none
     */
    Mix(List<Double> weights, List<Integer> caps, int sources, long seed) {
        this.weights = weights;
        this.caps = caps;
        this.sources = sources;
        this.draw = new Draw(seed, "mix");
    }

    @Override
    public Verdict judge(Dataset<Row> rows) {
        long[] there = new long[sources];
        for (Row source : rows.groupBy(Candidates.SOURCE).agg(count(lit(1))).collectAsList()) {
            there[source.getInt(0)] = source.getLong(1);
        }
        long[] taken = taken(there, weights, caps);
        List<String> notes = new ArrayList<>();
        for (int i = 0; i < sources; i++) {
            notes.add("mix: " + taken[i] + " of " + there[i] + " rows of input " + (i + 1));
        }
        Dataset<Row> marked = draw.marked(rows, col(Candidates.SOURCE), taken);
        return new Verdict(
                Draw.unmarked(marked.withColumn(
                        Candidates.REASON,
                        when(
                                not(Draw.isDrawn()),
                                concat(
                                        lit("not in the mix: prepare.select takes fewer rows of input "),
                                        col(Candidates.SOURCE).plus(1))))),
                notes);
    }

    /** Rows to take from each source, of those that are there. */
    static long[] taken(long[] there, List<Double> weights, List<Integer> caps) {
        long[] taken = there.clone();
        for (int i = 0; i < caps.size(); i++) {
            taken[i] = caps.get(i) == 0 ? taken[i] : Math.min(taken[i], caps.get(i));
        }
        if (weights.isEmpty()) {
            return taken;
        }
        double total = weights.stream().mapToDouble(Double::doubleValue).sum();
        double most = Double.POSITIVE_INFINITY;
        for (int i = 0; i < taken.length; i++) {
            most = Math.min(most, taken[i] * total / weights.get(i));
        }
        double rows = most;
        // what rounding took from a whole number is given back
        Arrays.setAll(taken, i -> Math.min(taken[i], (long) Math.floor(rows * weights.get(i) / total + 1e-6)));
        return taken;
    }
}
