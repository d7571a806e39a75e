// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.prepare;

import dev.vireo.jobs.config.InvalidSettingsException;
import dev.vireo.jobs.config.PrepareSettings;
import dev.vireo.jobs.schema.InputSchema;
import dev.vireo.jobs.schema.ParquetLayout;
import dev.vireo.jobs.schema.ParquetRows;
import dev.vireo.jobs.storage.FileEntry;
import dev.vireo.jobs.storage.Storage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One file of the input.
 *
 * @param source number of the input that holds it, from 0
 * @param entry where it lies
 * @param label its name, with as many folders before it as make it unique in the input
 * @param schema of its columns
 * @param hasIds whether it has a column of row ids
 * @param groupRows rows of each row group
 */
record InputFile(
        int source,
        FileEntry entry,
        String label,
        PrepareSettings.Schema schema,
        boolean hasIds,
        List<Long> groupRows) {
    private static final String SUFFIX = ".parquet";

    InputFile {
        groupRows = List.copyOf(groupRows);
    }

    /**
     * The files of the inputs, in the order given; those of a directory by name, with those of its folders.
     *
     * @throws InvalidSettingsException with every file that cannot be used
     */
    static List<InputFile> all(Storage storage, List<String> inputs, PrepareSettings.Schema schema) throws IOException {
        List<String> problems = new ArrayList<>();
        List<FileEntry> entries = new ArrayList<>();
        List<Integer> sources = new ArrayList<>();
        for (String input : inputs) {
            int before = entries.size();
            collect(storage, storage.entry(input), entries);
            if (entries.size() == before) {
                problems.add("Cannot read --input " + input + ": it holds no " + SUFFIX + " file");
            }
            sources.addAll(Collections.nCopies(entries.size() - before, inputs.indexOf(input)));
        }
        List<String> labels = labels(entries);
        List<InputFile> files = new ArrayList<>();
        for (int i = 0; i < entries.size(); i++) {
            FileEntry entry = entries.get(i);
            try {
                ParquetLayout layout = ParquetLayout.read(storage, entry.path());
                PrepareSettings.Schema found = InputSchema.of(schema, layout.columns(), entry.path());
                files.add(new InputFile(
                        sources.get(i),
                        entry,
                        labels.get(i),
                        found,
                        ParquetRows.hasIds(found, layout.columns()),
                        layout.groupRows()));
            } catch (InvalidSettingsException e) {
                problems.addAll(e.problems());
            }
        }
        if (!problems.isEmpty()) {
            throw new InvalidSettingsException(problems);
        }
        return files;
    }

    private static void collect(Storage storage, @Nullable FileEntry entry, List<FileEntry> into) throws IOException {
        if (entry == null) {
            return;
        }
        if (!entry.isDirectory()) {
            into.add(entry);
            return;
        }
        for (FileEntry child : storage.list(entry.path())) {
            boolean hidden = child.name().startsWith("_") || child.name().startsWith(".");
            if (!hidden && (child.isDirectory() || child.name().endsWith(SUFFIX))) {
                collect(storage, child, into);
            }
        }
    }

    private static List<String> labels(List<FileEntry> entries) {
        List<String> labels = new ArrayList<>();
        for (int parts = 1; labels.isEmpty(); parts++) {
            Map<String, String> seen = new HashMap<>();
            boolean unique = true;
            for (FileEntry entry : entries) {
                String label = lastParts(entry.path(), parts);
                String other = seen.put(label, entry.path());
                unique &= other == null || other.equals(entry.path());
                labels.add(label);
            }
            if (!unique) {
                labels.clear();
            }
            if (entries.isEmpty()) {
                break;
            }
        }
        return labels;
    }

    private static String lastParts(String path, int parts) {
        int from = path.length();
        for (int i = 0; i < parts && from >= 0; i++) {
            from = path.lastIndexOf('/', from - 1);
        }
        return path.substring(from + 1);
    }

    long rows() {
        return groupRows.stream().mapToLong(Long::longValue).sum();
    }

    /**
     * Cuts the rows into ranges of at most {@code most} rows. Whole row groups stay together where they fit, since a range
     * reads every group that it touches; a larger group is cut into equal parts.
     *
     * @return pairs of first row and number of rows
     */
    List<long[]> ranges(int most) {
        List<long[]> ranges = new ArrayList<>();
        long first = 0;
        long count = 0;
        for (long group : groupRows) {
            if (count > 0 && count + group > most) {
                ranges.add(new long[] {first, count});
                first += count;
                count = 0;
            }
            count += group;
            if (count > most) {
                long parts = (count + most - 1) / most;
                for (long part = 0; part < parts; part++) {
                    long from = count * part / parts;
                    ranges.add(new long[] {first + from, count * (part + 1) / parts - from});
                }
                first += count;
                count = 0;
            }
        }
        if (count > 0) {
            ranges.add(new long[] {first, count});
        }
        return ranges;
    }
}
