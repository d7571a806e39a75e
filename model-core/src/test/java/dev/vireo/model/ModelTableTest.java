// SPDX-License-Identifier: Apache-2.0
package dev.vireo.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vireo.checkpoint.ModelConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The table of docs/models.md, which holds what the parity tests {@linkplain Measured measured}. With
 * {@code -DwriteTable=true} it is written anew from the last measurements.
 */
class ModelTableTest {
    private static final Path PAGE = Path.of("../docs/models.md");
    private static final Path FAMILIES = Path.of("src/main/resources/dev/vireo/checkpoint/models");
    private static final String START = "| family |";

    /** Columns with differences, and what the tests that measure them allow at most. */
    private static final Map<String, Double> DIFFERENCES = new LinkedHashMap<>(Map.of(
            "logits", 1e-4, "log-probs", 1e-4, "generate", 1e-4, "dpo", 1e-4, "orpo", 1e-4, "sft", 1e-4, "full", 1e-4));

    private static final List<String> COLUMNS =
            List.of("load", "logits", "log-probs", "generate", "dpo", "orpo", "sft", "full", "lora");
    /** Columns that every checkpoint has; the others every family, but for full training, whose one step is all families'. */
    private static final List<String> EVERYWHERE = List.of("load", "logits", "log-probs", "generate");

    @BeforeAll
    static void write() throws IOException {
        if (Boolean.getBoolean("writeTable")) {
            List<String> lines = Files.readAllLines(PAGE);
            int start = lines.indexOf(header());
            int end = start;
            while (end < lines.size() && lines.get(end).startsWith("|")) {
                end++;
            }
            List<String> written = new ArrayList<>(lines.subList(0, start));
            written.add(header());
            written.add("| --- ".repeat(COLUMNS.size() + 2) + "|");
            Golden.names().forEach(name -> written.add(row(name)));
            written.addAll(lines.subList(end, lines.size()));
            Files.write(PAGE, written);
        }
    }

    private static String header() {
        return START + " checkpoint | " + String.join(" | ", COLUMNS) + " |";
    }

    private static String row(String name) {
        String cells = COLUMNS.stream()
                .map(column -> column.equals("lora") ? measured(type(name), column) : cell(name, column))
                .collect(Collectors.joining(" | "));
        String text = ModelConfig.read(Golden.of(name).model()).text("text_config.model_type");
        return "| " + type(name) + ", " + text + " | " + name + " | " + cells + " |";
    }

    private static String cell(String name, String column) {
        String value = measured(name, column);
        return DIFFERENCES.containsKey(column) && !value.isEmpty() ? bound(Double.parseDouble(value)) : value;
    }

    /** The power of ten that is not smaller. */
    private static String bound(double difference) {
        return "1e" + (int) Math.ceil(Math.log10(Math.max(difference, 1e-9)));
    }

    private static String measured(String checkpoint, String column) {
        Path file = Measured.DIRECTORY.resolve(checkpoint).resolve(column);
        try {
            return Files.exists(file) ? Files.readString(file) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String type(String name) {
        return ModelConfig.read(Golden.of(name).model()).modelType();
    }

    /** Cells by checkpoint and column. */
    private static Map<String, Map<String, String>> table() throws IOException {
        Map<String, Map<String, String>> rows = new LinkedHashMap<>();
        List<String> lines = Files.readAllLines(PAGE);
        for (int line = lines.indexOf(header()) + 2; lines.get(line).startsWith("|"); line++) {
            String[] cells = lines.get(line).substring(1).split("\\|", -1);
            Map<String, String> row = new LinkedHashMap<>();
            for (int i = 0; i < COLUMNS.size(); i++) {
                row.put(COLUMNS.get(i), cells[i + 2].strip());
            }
            rows.put(cells[1].strip(), row);
        }
        return rows;
    }

    @Test
    void everyCheckpointIsMeasured() throws IOException {
        Map<String, Map<String, String>> table = table();
        assertThat(table.keySet()).containsExactlyElementsOf(Golden.names().toList());
        table.forEach((name, row) -> EVERYWHERE.forEach(
                column -> assertThat(row.get(column)).as(name + " " + column).isNotEmpty()));
    }

    @Test
    void everyFamilyIsLoadedScoredAndTrained() throws IOException {
        Map<String, Map<String, String>> table = table();
        TreeSet<String> families = new TreeSet<>();
        try (Stream<Path> files = Files.list(FAMILIES)) {
            files.filter(ModelTableTest::isFamily)
                    .forEach(file -> families.add(file.getFileName().toString().replace(".json", "")));
        }
        for (String family : families) {
            for (String column : COLUMNS) {
                Stream<String> cells = table.keySet().stream()
                        .filter(name -> type(name).equals(family))
                        .map(name -> table.get(name).get(column));
                assertThat(cells.anyMatch(cell -> !cell.isEmpty()) || column.equals("full"))
                        .as(column + " of " + family + " in " + PAGE)
                        .isTrue();
            }
        }
    }

    private static boolean isFamily(Path file) {
        try {
            return Files.readString(file).contains("\"weights\"");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void noDifferenceIsLargerThanTheTestsAllow() throws IOException {
        Map<String, Map<String, String>> table = table();
        for (String name : table.keySet()) {
            DIFFERENCES.forEach((column, allowed) -> {
                String cell = table.get(name).get(column);
                String now = measured(name, column);
                assertThat(cell.isEmpty() ? 0 : Double.parseDouble(cell)).isLessThanOrEqualTo(allowed);
                assertThat(now.isEmpty() ? 0 : Double.parseDouble(now))
                        .as(name + " " + column)
                        .isLessThanOrEqualTo(allowed);
                assertThat(now.isEmpty() || !cell.isEmpty())
                        .as(name + " " + column + " is measured and not in " + PAGE)
                        .isTrue();
            });
        }
    }
}
