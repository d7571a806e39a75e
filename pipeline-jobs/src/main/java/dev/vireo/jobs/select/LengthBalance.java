// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.select;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.filter;
import static org.apache.spark.sql.functions.format_number;
import static org.apache.spark.sql.functions.get;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;

import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Drops pairs whose rejected answer is the longer one by too much, so that the two sides have the same mean length and a model
 * does not learn to be brief. A pair is dropped if (rejected - chosen) / rejected, in words, is above a ratio; of the ratios 0,
 * 0.02, ... 0.98 the one is taken that makes the relative gap of the mean lengths of what is left smallest ({@link LengthSweep}).
 *
 * <p>Source: RLAIF-V (Yu et al. 2024, arXiv 2405.17220), the repository's utils/get_pairs_filter_shorten.py at 83d917b.
 */
final class LengthBalance implements Rule {
    private static final String RATIO = "ratio";

    @Override
    public Verdict judge(Dataset<Row> rows) {
        Column chosen = col(Candidates.CHOSEN_WORDS);
        Column rejected = col(Candidates.REJECTED_WORDS);
        Column excess = when(rejected.gt(0), rejected.minus(chosen).divide(rejected));
        Column[] ratios = IntStream.range(0, LengthSweep.RATIOS)
                .mapToObj(step -> lit(LengthSweep.ratio(step)))
                .toArray(Column[]::new);
        Column enough = get(filter(array(ratios), ratio -> ratio.geq(excess)), lit(0));
        LengthSweep sweep = new LengthSweep();
        for (Row group : rows.where(excess.isNotNull())
                .groupBy(coalesce(enough, lit(LengthSweep.NEVER)).as(RATIO))
                .agg(count(lit(1)), sum(chosen), sum(rejected))
                .collectAsList()) {
            sweep.add(group.getDouble(0), group.getLong(1), group.getLong(2), group.getLong(3));
        }
        if (sweep.isEmpty()) {
            return Verdict.of(rows.withColumn(Candidates.REASON, lit(null).cast("string")));
        }
        double best = sweep.best();
        Column reason = concat(
                lit("unbalanced length: the rejected answer is longer by "),
                format_number(excess, 2),
                lit(String.format(Locale.ROOT, " of its words, more than %.2f", best)));
        return new Verdict(
                rows.withColumn(Candidates.REASON, when(excess.gt(best), reason)), List.of(sweep.describe(best)));
    }
}
