// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.prepare;

import static org.apache.spark.sql.functions.col;

import com.google.gson.Gson;
import dev.vireo.jobs.select.Candidates;
import dev.vireo.jobs.select.Selected;
import dev.vireo.jobs.select.Selection;
import dev.vireo.jobs.shards.ShardWriter;
import dev.vireo.jobs.storage.Storage;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.jspecify.annotations.Nullable;
import scala.Tuple2;

/**
 * Which rows are dropped, and why. What the rules decide lies in a table beside the unfinished shards, so that a run that is
 * repeated decides nothing anew; the driver holds no more than a number for each range of rows.
 */
final class Decisions {
    private static final String TABLE = ShardWriter.UNFINISHED + "/selection";
    private static final String NOTES = ShardWriter.UNFINISHED + "/selection.json";

    private final SparkSession spark;
    private final List<Drop> sameIds;
    private final @Nullable String table;
    private final List<String> notes;

    private Decisions(SparkSession spark, List<Drop> sameIds, @Nullable String table, List<String> notes) {
        this.spark = spark;
        this.sameIds = sameIds;
        this.table = table;
        this.notes = List.copyOf(notes);
    }

    /** Whether an earlier run of the same job decided already. */
    static boolean areMade(Storage storage, String output) throws IOException {
        return storage.exists(Storage.child(output, NOTES));
    }

    /**
     * Applies the rules to all rows but those of ids that came before, or takes what an earlier run decided.
     *
     * @param output directory of the manifest
     */
    static Decisions make(
            SparkSession spark,
            Storage storage,
            Selection selection,
            RowScan scan,
            List<InputRange> ranges,
            List<Drop> sameIds,
            String output)
            throws IOException {
        if (selection.isEmpty()) {
            return new Decisions(spark, sameIds, null, List.of());
        }
        String table = storage.absolute(Storage.child(output, TABLE));
        String notes = Storage.child(output, NOTES);
        if (!areMade(storage, output)) {
            try (Selected selected = selection.run(candidates(spark, scan, ranges, sameIds))) {
                selected.dropped().write().mode("overwrite").parquet(table);
                storage.publish(notes, new Gson().toJson(selected.notes()));
            } catch (IOException e) {
                throw e;
            } catch (Exception e) {
                // Scala throws what it does not declare.
                throw InputRange.failure(e);
            }
        }
        return new Decisions(
                spark, sameIds, table, List.of(new Gson().fromJson(storage.readText(notes), String[].class)));
    }

    /** The light table of some rows. */
    static Dataset<Row> candidates(SparkSession spark, RowScan scan, List<InputRange> ranges, List<Drop> sameIds) {
        JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
        Dataset<Row> rows =
                spark.createDataFrame(context.parallelize(ranges, ranges.size()).flatMap(scan), Candidates.SCHEMA);
        if (sameIds.isEmpty()) {
            return rows;
        }
        List<Row> places = sameIds.stream()
                .map(drop -> org.apache.spark.sql.RowFactory.create(
                        drop.place().file(), drop.place().row()))
                .toList();
        var names = DataTypes.createStructType(List.of(
                DataTypes.createStructField(Candidates.FILE, DataTypes.IntegerType, false),
                DataTypes.createStructField(Candidates.ROW, DataTypes.LongType, false)));
        return rows.join(
                spark.createDataFrame(places, names), new String[] {Candidates.FILE, Candidates.ROW}, "left_anti");
    }

    /** Dropped rows by the number of their range. */
    Map<Integer, Long> byRange() {
        Map<Integer, Long> counts = new HashMap<>();
        sameIds.forEach(drop -> counts.merge(drop.range(), 1L, Long::sum));
        if (table != null) {
            for (Row range : spark.read()
                    .parquet(table)
                    .groupBy(Candidates.RANGE)
                    .count()
                    .collectAsList()) {
                counts.merge(range.getInt(0), range.getLong(1), Long::sum);
            }
        }
        return counts;
    }

    /** Every dropped row with its reason. */
    JavaPairRDD<RowPlace, String> reasons() {
        List<Tuple2<RowPlace, String>> known = sameIds.stream()
                .map(drop -> new Tuple2<>(drop.place(), drop.reason()))
                .toList();
        JavaPairRDD<RowPlace, String> reasons =
                JavaSparkContext.fromSparkContext(spark.sparkContext()).parallelizePairs(known, 1);
        return table == null
                ? reasons
                : reasons.union(spark.read()
                        .parquet(table)
                        .select(col(Candidates.FILE), col(Candidates.ROW), col(Candidates.REASON))
                        .javaRDD()
                        .mapToPair(row -> new Tuple2<>(new RowPlace(row.getInt(0), row.getLong(1)), row.getString(2))));
    }

    /** What the rules found, a sentence each. */
    List<String> notes() {
        return notes;
    }
}
