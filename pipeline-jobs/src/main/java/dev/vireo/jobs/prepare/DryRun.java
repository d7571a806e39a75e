// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.prepare;

import dev.vireo.jobs.runtime.Console;
import dev.vireo.jobs.runtime.JobContext;
import dev.vireo.jobs.select.Candidates;
import dev.vireo.jobs.select.Selected;
import dev.vireo.jobs.select.Selection;
import dev.vireo.jobs.storage.Storage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Row;

/** Shows what would become of some rows, spread over the input. Writes nothing. */
final class DryRun {
    /** Rows that lie together: reading one of a row group costs as much as reading these. */
    private static final int TOGETHER = 16;

    private static final int LISTED = 12;

    private final JobContext context;
    private final Recipe recipe;
    private final Selection selection;

    DryRun(JobContext context, Recipe recipe, Selection selection) {
        this.context = context;
        this.recipe = recipe;
        this.selection = selection;
    }

    void run(List<InputRange> ranges) throws IOException {
        long all = ranges.stream().mapToLong(InputRange::count).sum();
        List<InputRange> looked = spread(ranges, context.settings().prepare().dryRunRows());
        List<DryRow> rows = new ArrayList<>();
        List<String> notes = new ArrayList<>();
        Map<RowPlace, String> dropped = new HashMap<>();
        try {
            rows.addAll(rows(looked));
            if (!selection.isEmpty()) {
                RowScan scan = new RowScan(context.storage(), recipe, selection.needsLooks());
                try (Selected selected =
                        selection.run(Decisions.candidates(context.spark(), scan, looked, List.of()))) {
                    for (Row row : selected.dropped().collectAsList()) {
                        dropped.put(
                                new RowPlace(row.getAs(Candidates.FILE), row.<Long>getAs(Candidates.ROW)),
                                row.getAs(Candidates.REASON));
                    }
                    notes.addAll(selected.notes());
                }
            }
        } catch (Exception e) {
            // Scala throws what it does not declare.
            throw InputRange.failure(e);
        }
        rows.replaceAll(row -> row.rejectedFor(dropped.get(row.place())));
        print(rows, all, notes);
    }

    private List<DryRow> rows(List<InputRange> looked) {
        Storage storage = context.storage();
        Recipe with = recipe;
        return JavaSparkContext.fromSparkContext(context.spark().sparkContext())
                .parallelize(looked, looked.size())
                .flatMap(range -> DryRow.all(storage, with, range).iterator())
                .collect();
    }

    /** At most {@code wanted} rows in groups, evenly over all of them. */
    static List<InputRange> spread(List<InputRange> ranges, int wanted) {
        long all = ranges.stream().mapToLong(InputRange::count).sum();
        long groups = Math.max(1, (Math.min(wanted, all) + TOGETHER - 1) / TOGETHER);
        List<InputRange> chosen = new ArrayList<>();
        long before = 0;
        long left = Math.min(wanted, all);
        long group = 0;
        for (InputRange range : ranges) {
            long end = before + range.count();
            while (group < groups && group * all / groups < end) {
                long from = group * all / groups - before;
                long next = (group + 1) * all / groups - before;
                long count = Math.min(Math.min(TOGETHER, left), Math.min(next, range.count()) - from);
                chosen.add(range.of(chosen.size(), range.first() + from, count));
                left -= count;
                group++;
            }
            before = end;
        }
        return chosen;
    }

    private void print(List<DryRow> rows, long all, List<String> notes) {
        Console console = context.console();
        List<DryRow> kept = rows.stream().filter(DryRow::isKept).toList();
        Map<String, Long> kinds = new TreeMap<>();
        for (DryRow row : rows) {
            if (!row.isKept()) {
                kinds.merge(row.reason().replaceFirst("(?s):.*", ""), 1L, Long::sum);
            }
        }
        List<List<String>> counts = new ArrayList<>();
        counts.add(List.of("rows in the input", String.valueOf(all)));
        counts.add(List.of("looked at", String.valueOf(rows.size())));
        counts.add(List.of("kept of these", String.valueOf(kept.size())));
        kinds.forEach((kind, count) -> counts.add(List.of("rejected, " + kind, String.valueOf(count))));
        console.table(List.of("prepare --dry-run", ""), counts);
        notes.forEach(console::print);
        if (!kept.isEmpty()) {
            Histogram tokens =
                    new Histogram(kept.stream().mapToInt(DryRow::tokens).toArray());
            console.table(List.of("tokens of a row", "rows", ""), tokens.lines());
            console.print(tokens.summary());
        }
        List<DryRow> rejected = rows.stream().filter(row -> !row.isKept()).toList();
        if (!rejected.isEmpty()) {
            console.table(
                    List.of("rejected row", "reason"),
                    rejected.stream()
                            .limit(LISTED)
                            .map(row -> List.of(row.rowId(), row.reason()))
                            .toList());
        }
        if (rejected.size() > LISTED) {
            console.print("and " + (rejected.size() - LISTED) + " more");
        }
        console.print("Nothing was written.");
    }
}
