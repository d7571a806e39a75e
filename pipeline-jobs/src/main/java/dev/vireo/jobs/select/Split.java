// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.select;

import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.when;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** Draws the rows that are held out, and drops them or the others: two runs give two parts that share no row. */
final class Split implements Rule {
    private final double share;
    private final boolean heldOutWanted;
    private final Draw draw;

    /**
     * @param share of the rows that is held out
     * @param heldOutWanted whether these are kept, or the others
     */
    Split(double share, boolean heldOutWanted, long seed) {
        this.share = share;
        this.heldOutWanted = heldOutWanted;
        this.draw = new Draw(seed, "split");
    }

    @Override
    public Verdict judge(Dataset<Row> rows) {
        long all = rows.count();
        long heldOut = heldOut(all, share);
        Column kept = heldOutWanted ? Draw.isDrawn() : not(Draw.isDrawn());
        String reason = heldOutWanted
                ? "not held out: prepare.select.part is held-out"
                : "held out: prepare.select.held-out is " + share;
        return new Verdict(
                Draw.unmarked(draw.marked(rows, heldOut).withColumn(Candidates.REASON, when(not(kept), lit(reason)))),
                List.of("split: " + (all - heldOut) + " rows to train, " + heldOut + " held out"));
    }

    /** Rows that are held out of all: the share rounded up, as scikit-learn's {@code train_test_split} does. */
    static long heldOut(long all, double share) {
        return BigDecimal.valueOf(share)
                .multiply(BigDecimal.valueOf(all))
                .setScale(0, RoundingMode.CEILING)
                .longValueExact();
    }
}
