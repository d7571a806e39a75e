// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.prepare;

import dev.vireo.jobs.config.InvalidSettingsException;
import dev.vireo.jobs.config.PrepareSettings.Dedup;
import dev.vireo.jobs.schema.InputRow;
import dev.vireo.jobs.schema.ParquetRows;
import dev.vireo.jobs.schema.RejectedRowException;
import dev.vireo.jobs.shards.Sha256;
import dev.vireo.jobs.storage.Storage;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaSparkContext;
import scala.Tuple2;

/** Finds rows of the same id in the whole input, and decides which of them are dropped. */
final class Duplicates {
    private final JavaSparkContext spark;
    private final Storage storage;
    private final List<InputRange> ranges;

    Duplicates(JavaSparkContext spark, Storage storage, List<InputRange> ranges) {
        this.spark = spark;
        this.storage = storage;
        this.ranges = ranges;
    }

    /**
     * All but the first row of each id.
     *
     * @throws InvalidSettingsException if rows of one id differ and {@code dedup} does not allow it
     * @throws IOException if the input cannot be read
     */
    List<Drop> drops(Dedup dedup) throws IOException {
        try {
            return dropsUnchecked(dedup);
        } catch (InvalidSettingsException e) {
            throw e;
        } catch (Exception e) {
            // Scala throws what it does not declare.
            throw InputRange.failure(e);
        }
    }

    private List<Drop> dropsUnchecked(Dedup dedup) {
        Map<String, List<Row>> groups = repeated();
        if (dedup == Dedup.ERROR && !groups.isEmpty()) {
            requireEqual(groups);
        }
        List<Drop> drops = new ArrayList<>();
        groups.forEach((id, rows) -> {
            String reason = "duplicate row id: " + place(rows.get(0)) + " has it already";
            rows.stream()
                    .skip(1)
                    .forEach(row -> drops.add(
                            new Drop(new RowPlace(ranges.get(row.range()).file(), row.row()), row.range(), reason)));
        });
        return drops;
    }

    /** Ids that several rows have, with the rows in the order of the input. */
    private Map<String, List<Row>> repeated() {
        List<InputRange> withIds = ranges.stream().filter(InputRange::hasIds).toList();
        if (withIds.isEmpty()) {
            return Map.of();
        }
        Storage files = storage;
        JavaPairRDD<String, Row> ids = spark.parallelize(withIds, withIds.size())
                .flatMapToPair(range -> ids(files, range).iterator());
        Map<String, List<Row>> groups = new TreeMap<>();
        for (Tuple2<String, Iterable<Row>> group : ids.groupByKey()
                .filter(each -> {
                    var rows = each._2().iterator();
                    rows.next();
                    return rows.hasNext();
                })
                .collect()) {
            List<Row> rows = new ArrayList<>();
            group._2().forEach(rows::add);
            rows.sort(Row.INPUT_ORDER);
            groups.put(group._1(), rows);
        }
        return groups;
    }

    private static List<Tuple2<String, Row>> ids(Storage storage, InputRange range) throws IOException {
        List<Tuple2<String, Row>> ids = new ArrayList<>();
        try (ParquetRows rows = range.openIds(storage)) {
            for (long row = range.first(); rows.next(); row++) {
                String id = rows.rowId();
                if (id != null) {
                    ids.add(new Tuple2<>(id, new Row(range.number(), row)));
                }
            }
        } catch (IOException | RuntimeException e) {
            throw range.failed(e);
        }
        return ids;
    }

    private void requireEqual(Map<String, List<Row>> groups) {
        Map<Row, String> contents = contents(groups);
        List<String> different = new ArrayList<>();
        groups.forEach((id, rows) -> {
            if (rows.stream().map(contents::get).distinct().count() > 1) {
                different.add("'" + id + "' in " + place(rows.get(0)) + " and " + place(rows.get(1)));
            }
        });
        if (!different.isEmpty()) {
            throw new InvalidSettingsException(List.of("Cannot prepare --input: " + different.size()
                    + " row ids stand for different rows, such as " + different.get(0)
                    + "; set prepare.dedup=first to keep the first of each"));
        }
    }

    private String place(Row row) {
        return ranges.get(row.range()).label() + " row " + row.row();
    }

    private Map<Row, String> contents(Map<String, List<Row>> groups) {
        Map<Integer, Set<Long>> wanted = new TreeMap<>();
        groups.values()
                .forEach(rows -> rows.forEach(row -> wanted.computeIfAbsent(row.range(), key -> new HashSet<>())
                        .add(row.row())));
        List<InputRange> concerned = wanted.keySet().stream().map(ranges::get).toList();
        Storage files = storage;
        Map<Integer, Set<Long>> rows = new HashMap<>(wanted);
        return spark.parallelize(concerned, concerned.size())
                .flatMapToPair(range -> contents(files, range, rows.getOrDefault(range.number(), Set.of()))
                        .iterator())
                .collectAsMap();
    }

    private static List<Tuple2<Row, String>> contents(Storage storage, InputRange range, Set<Long> wanted)
            throws IOException {
        List<Tuple2<Row, String>> contents = new ArrayList<>();
        try (ParquetRows rows = range.open(storage)) {
            for (long row = range.first(); rows.next(); row++) {
                if (wanted.contains(row)) {
                    contents.add(new Tuple2<>(new Row(range.number(), row), content(rows)));
                }
            }
        } catch (IOException | RuntimeException e) {
            throw range.failed(e);
        }
        return contents;
    }

    private static String content(ParquetRows rows) {
        try {
            InputRow row = rows.row();
            StringBuilder content = new StringBuilder(row.conversation().toString());
            row.images().forEach(image -> content.append('\n').append(Sha256.of(image)));
            return Sha256.of(content.toString());
        } catch (RejectedRowException e) {
            return String.valueOf(e.getMessage());
        }
    }

    /**
     * A row of the input.
     *
     * @param range that has it
     * @param row its number in the file
     */
    record Row(int range, long row) implements Serializable {
        static final Comparator<Row> INPUT_ORDER =
                Comparator.comparingInt(Row::range).thenComparingLong(Row::row);
    }
}
