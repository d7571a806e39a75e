// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.schema;

import dev.vireo.jobs.config.InvalidSettingsException;
import dev.vireo.jobs.config.PrepareSettings;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;

/** The schema of an input file: named in the settings, or found by its columns. */
public final class InputSchema {
    private static final List<RecordSchema> ALL =
            List.of(new RlaifV(), new RlaifVFormatted(), new OneVision(), new Vsft(), new Unpaired());

    private InputSchema() {}

    /**
     * The schema that a file has.
     *
     * @param wanted what {@code prepare.schema} says
     * @param file for messages
     * @throws InvalidSettingsException if the columns do not fit, with those that were found and those that were expected
     */
    public static PrepareSettings.Schema of(PrepareSettings.Schema wanted, MessageType columns, String file) {
        Map<String, ColumnType> found = types(columns);
        List<RecordSchema> candidates = ALL.stream()
                .filter(each -> wanted == PrepareSettings.Schema.AUTO || each.id() == wanted)
                .toList();
        for (RecordSchema each : candidates) {
            if (fits(each, found)) {
                return each.id();
            }
        }
        List<String> expected = new ArrayList<>();
        for (RecordSchema each : candidates) {
            Map<String, ColumnType> nested = nested(each);
            expected.add(written(each.id()) + ": " + written(each.required())
                    + (nested.isEmpty() ? "" : ", and if at all " + written(nested)));
        }
        String reason = candidates.size() == 1
                ? "its columns do not fit prepare.schema=" + written(wanted)
                : "its columns fit no schema";
        throw new InvalidSettingsException(List.of("Cannot read --input " + file + ": " + reason + "; found "
                + written(found) + "; expected " + String.join("; or ", expected)));
    }

    private static boolean fits(RecordSchema schema, Map<String, ColumnType> found) {
        return schema.required().entrySet().stream().allMatch(column -> {
                    ColumnType type = found.get(column.getKey());
                    return type != null && column.getValue().reads(type);
                })
                && nested(schema).entrySet().stream().allMatch(column -> {
                    ColumnType type = found.get(column.getKey());
                    return type == null
                            || type.equals(ColumnType.NULL)
                            || column.getValue().reads(type);
                });
    }

    /** Columns that a file need not have, and of this type if it has them and they have a value. */
    private static Map<String, ColumnType> nested(RecordSchema schema) {
        Map<String, ColumnType> nested = new TreeMap<>(schema.optional());
        nested.values().removeIf(type -> type.fields().isEmpty());
        return nested;
    }

    static RecordSchema records(PrepareSettings.Schema schema) {
        return ALL.stream()
                .filter(each -> each.id() == schema)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("No schema is called " + schema));
    }

    /** The columns of a file that a schema reads. */
    static Set<String> columns(RecordSchema schema) {
        Set<String> columns = new HashSet<>(schema.required().keySet());
        columns.addAll(schema.optional().keySet());
        return columns;
    }

    private static Map<String, ColumnType> types(MessageType columns) {
        Map<String, ColumnType> types = new TreeMap<>();
        for (Type field : columns.getFields()) {
            types.put(field.getName(), ColumnType.of(field));
        }
        return types;
    }

    private static String written(PrepareSettings.Schema schema) {
        return schema.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static String written(Map<String, ColumnType> columns) {
        return new TreeMap<>(columns)
                .entrySet().stream()
                        .map(column -> column.getKey() + " " + column.getValue())
                        .collect(Collectors.joining(", "));
    }
}
