// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.select;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.arrays_zip;
import static org.apache.spark.sql.functions.bit_count;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.explode;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.shiftrightunsigned;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.when;

import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Drops rows each of whose images looks like an earlier image of another content: their difference hashes are at most so many
 * bits apart. Rows that share the very same image stay together.
 *
 * <p>Hashes at most d bits apart agree in one of d + 1 bands of bits, so only looks that share a band are compared: nothing
 * is missed, and there is no cross join.
 */
final class NearDuplicates implements Rule {
    private static final int BITS = 64;
    private static final String IMAGE = "image";
    private static final String LOOK = "look";
    /** Where an image comes first: its row's place and id. */
    private static final String PLACE = "place";
    /** The id of the earlier row whose image looks the same. */
    private static final String LIKE = "like";

    private final int distance;

    NearDuplicates(int distance) {
        this.distance = distance;
    }

    @Override
    public Verdict judge(Dataset<Row> rows) {
        Dataset<Row> shown = shown(rows);
        Dataset<Row> images = shown.groupBy(IMAGE, LOOK).agg(min(col(PLACE)).as(PLACE));
        Dataset<Row> reasons = shown.join(repeated(images), col(IMAGE).equalTo(col("repeated")), "left")
                .groupBy(col(PLACE))
                .agg(
                        count(lit(1)).as("all"),
                        count(col(LIKE)).as("alike"),
                        min(col(LIKE)).as(LIKE))
                .where(col("all").equalTo(col("alike")))
                .select(
                        col(PLACE).getField(Candidates.FILE).as(Candidates.FILE),
                        col(PLACE).getField(Candidates.ROW).as(Candidates.ROW),
                        concat(
                                        lit("near-duplicate image: it is within " + distance + " bits of that of row "),
                                        col(LIKE))
                                .as(Candidates.REASON));
        return Verdict.of(rows.join(reasons, Candidates.NAME, "left"));
    }

    /** One row an image of a row. */
    private static Dataset<Row> shown(Dataset<Row> rows) {
        return rows.select(
                        struct(col(Candidates.FILE), col(Candidates.ROW), col(Candidates.ROW_ID))
                                .as(PLACE),
                        explode(arrays_zip(col(Candidates.IMAGES), col(Candidates.LOOKS)))
                                .as("shown"))
                .select(
                        col(PLACE),
                        col("shown").getField(Candidates.IMAGES).as(IMAGE),
                        col("shown").getField(Candidates.LOOKS).as(LOOK));
    }

    /** The images that have an earlier one like them, and the row of that. */
    private Dataset<Row> repeated(Dataset<Row> images) {
        Dataset<Row> looks =
                images.groupBy(LOOK).agg(min(struct(col(PLACE), col(IMAGE))).as("first"));
        Dataset<Row> near = near(looks);
        return images.join(looks, LOOK)
                .join(near, col(LOOK).equalTo(col("near_look")), "left")
                .select(
                        col(IMAGE).as("repeated"),
                        coalesce(
                                        col("near_id"),
                                        when(
                                                col(IMAGE).notEqual(col("first").getField(IMAGE)),
                                                col("first").getField(PLACE).getField(Candidates.ROW_ID)))
                                .as(LIKE))
                .where(col(LIKE).isNotNull());
    }

    /** The looks that are not the same as an earlier one but near it, and the row of that. */
    private Dataset<Row> near(Dataset<Row> looks) {
        Dataset<Row> earlier = banded(looks, "earlier");
        Dataset<Row> later = banded(looks, "later");
        return earlier.join(
                        later,
                        col("earlier_band")
                                .equalTo(col("later_band"))
                                .and(col("earlier_place").lt(col("later_place")))
                                .and(bit_count(col("earlier_look").bitwiseXOR(col("later_look")))
                                        .leq(distance)))
                .groupBy(col("later_look").as("near_look"))
                .agg(min(col("earlier_place")).getField(Candidates.ROW_ID).as("near_id"));
    }

    private Dataset<Row> banded(Dataset<Row> looks, String side) {
        Column[] bands = new Column[distance + 1];
        for (int i = 0; i < bands.length; i++) {
            int from = BITS * i / bands.length;
            int width = BITS * (i + 1) / bands.length - from;
            Column bits = shiftrightunsigned(col(LOOK), from);
            bands[i] = struct(lit(i), width == BITS ? bits : bits.bitwiseAND(lit((1L << width) - 1)));
        }
        return looks.select(
                col(LOOK).as(side + "_look"),
                col("first").getField(PLACE).as(side + "_place"),
                explode(array(bands)).as(side + "_band"));
    }
}
