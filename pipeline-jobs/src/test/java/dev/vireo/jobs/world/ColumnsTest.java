// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.world;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vireo.jobs.config.Settings;
import dev.vireo.jobs.runtime.Console;
import dev.vireo.jobs.runtime.JobArguments;
import dev.vireo.jobs.runtime.JobContext;
import dev.vireo.jobs.runtime.JobOption;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.hadoop.example.GroupReadSupport;
import org.apache.parquet.hadoop.util.HadoopInputFile;
import org.apache.parquet.schema.MessageTypeParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ColumnsTest {
    @TempDir
    Path folder;

    @Test
    void pairsHaveTheColumnsOfRlaifV() throws IOException {
        Path file = write("pairs", "world.pictures=5").get(0);
        assertThat(schema(file)).isEqualTo(MessageTypeParser.parseMessageType("""
                message schema {
                  optional binary ds_name (STRING);
                  optional group image { optional binary bytes; optional binary path (STRING); }
                  optional binary question (STRING);
                  optional binary chosen (STRING);
                  optional binary rejected (STRING);
                  optional binary origin_dataset (STRING);
                  optional binary origin_split (STRING);
                  optional binary idx (STRING);
                  optional binary image_path (STRING);
                }"""));
        Group row = rows(file).get(0);
        PairRow expected = new Pairs(dev.vireo.jobs.config.WorldSettings.Split.PAIRS, 0)
                .rows(0)
                .get(0);
        assertThat(row.getGroup("image", 0).getBinary("bytes", 0).getBytes()).isEqualTo(expected.image());
        assertThat(row.getString("question", 0)).isEqualTo(expected.question()).doesNotContain("<image>");
        assertThat(row.getString("chosen", 0)).isEqualTo(expected.chosen());
        assertThat(row.getString("rejected", 0)).isEqualTo(expected.rejected());
        assertThat(row.getString("idx", 0)).isEqualTo("world-pairs-000000-0");
        assertThat(row.getString("origin_split", 0)).contains("\"type\":\"" + expected.kind() + "\"");
    }

    @Test
    void conversationsHaveTheColumnsOfOneVision() throws IOException {
        Path file = write("talk", "world.pictures=12", "world.schema=onevision", "world.split=train")
                .get(0);
        assertThat(schema(file)).isEqualTo(MessageTypeParser.parseMessageType("""
                message schema {
                  optional binary id (STRING);
                  optional group image { optional binary bytes; optional binary path (STRING); }
                  optional group conversations (LIST) {
                    repeated group list {
                      optional group element {
                        optional binary from (STRING);
                        optional binary value (STRING);
                      }
                    }
                  }
                  optional binary data_source (STRING);
                }"""));
        Group turns = rows(file).stream()
                .map(row -> row.getGroup("conversations", 0))
                .filter(group -> group.getFieldRepetitionCount("list") > 2)
                .findFirst()
                .orElseThrow();
        assertThat(turn(turns, 0, "from")).isEqualTo("human");
        assertThat(turn(turns, 0, "value")).startsWith("<image>\n");
        assertThat(turn(turns, 1, "from")).isEqualTo("gpt");
        assertThat(turn(turns, 2, "value")).doesNotContain("<image>");
    }

    @Test
    void filesTellTheDatasetsLibraryWhichColumnIsAnImage() throws IOException {
        Path file = write("pairs", "world.pictures=1").get(0);
        try (ParquetFileReader reader = reader(file)) {
            assertThat(reader.getFileMetaData().getKeyValueMetaData().get("huggingface"))
                    .startsWith("{\"info\":{\"features\":{\"ds_name\":{\"dtype\":\"string\",\"_type\":\"Value\"},"
                            + "\"image\":{\"_type\":\"Image\"},");
        }
    }

    @Test
    void twoRunsWriteTheSameBytes() throws IOException {
        List<Path> once = write("once", "world.pictures=20", "world.split=test");
        List<Path> again = write("again", "world.pictures=20", "world.split=test");
        assertThat(Files.readAllBytes(again.get(0))).isEqualTo(Files.readAllBytes(once.get(0)));
    }

    private List<Path> write(String name, String... assignments) throws IOException {
        Path output = folder.resolve(name);
        PrintStream nowhere = new PrintStream(new ByteArrayOutputStream());
        Settings settings = Settings.resolve(null, List.of(), List.of(assignments));
        JobArguments arguments = new JobArguments(Map.of(JobOption.OUTPUT, List.of(output.toString())), false);
        try (JobContext context =
                new JobContext("world", arguments, settings, new Console(nowhere, nowhere, false), null)) {
            new WorldJob().run(context);
        }
        try (var files = Files.list(output)) {
            return files.filter(file -> file.toString().endsWith(".parquet"))
                    .sorted()
                    .toList();
        }
    }

    private static String turn(Group turns, int index, String field) {
        return turns.getGroup("list", index).getGroup("element", 0).getString(field, 0);
    }

    private static ParquetFileReader reader(Path file) throws IOException {
        return ParquetFileReader.open(
                HadoopInputFile.fromPath(new org.apache.hadoop.fs.Path(file.toUri()), new Configuration()));
    }

    private static Object schema(Path file) throws IOException {
        try (ParquetFileReader reader = reader(file)) {
            return reader.getFileMetaData().getSchema();
        }
    }

    private static List<Group> rows(Path file) throws IOException {
        List<Group> rows = new ArrayList<>();
        try (ParquetReader<Group> reader = ParquetReader.builder(
                        new GroupReadSupport(), new org.apache.hadoop.fs.Path(file.toUri()))
                .build()) {
            for (Group row = reader.read(); row != null; row = reader.read()) {
                rows.add(row);
            }
        }
        return rows;
    }
}
