// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.prepare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vireo.jobs.config.InvalidSettingsException;
import dev.vireo.jobs.shards.ShardSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On one core, so that shards are made in their order. */
class PrepareResumeTest {
    private static final String MODEL = PrepareRuns.model("llava15-tiny");
    private static final String SHARD_ROWS = "prepare.shard-rows=4";
    private static PrepareRuns runs;

    @TempDir
    Path folder;

    @BeforeAll
    static void startSpark() {
        runs = new PrepareRuns("local[1]");
    }

    @AfterAll
    static void stopSpark() {
        runs.close();
    }

    @Test
    void runThatFailedBetweenShardsGoesOnWhereItWas() throws Exception {
        Path first = copy("a.parquet");
        Path second = copy("b.parquet");
        byte[] whole = Files.readAllBytes(second);
        FileTime time = Files.getLastModifiedTime(second);
        byte[] broken = whole.clone();
        // The footer stays, so the fault shows in the task that reads the rows.
        java.util.Arrays.fill(broken, 4, 2000, (byte) 0x55);
        write(second, broken, time);
        List<String> inputs = List.of(first.toString(), second.toString());
        String output = folder.resolve("out").toString();
        assertThatThrownBy(() -> runs.run(MODEL, inputs, output, false, SHARD_ROWS, "prepare.dedup=first"))
                .hasMessageContaining("Cannot prepare " + second + " rows 0 to 11: ");
        Path done = folder.resolve("out/shards/00000-rows.arrow");
        FileTime made = Files.getLastModifiedTime(done);
        assertThat(folder.resolve("out/manifest.json")).doesNotExist();
        assertThat(runs.printed()).doesNotContain("Resuming");

        assertThatThrownBy(() -> runs.run(MODEL, inputs, output, false, SHARD_ROWS))
                .hasMessageContaining("Cannot prepare " + second + " rows 0 to 3: ");

        write(second, whole, time);
        assertThatThrownBy(() -> runs.run(MODEL, inputs, output, false, SHARD_ROWS))
                .isInstanceOf(InvalidSettingsException.class)
                .hasMessageContaining("it holds an unfinished result with other inputs or settings");
        runs.run(MODEL, inputs, output, false, SHARD_ROWS, "prepare.dedup=first");
        // The second file's rows are all dropped, so one task reads them.
        assertThat(runs.printed()).contains("Resuming: 3 of 4 shards are done");
        assertThat(Files.getLastModifiedTime(done)).isEqualTo(made);
        runs.run(MODEL, inputs, folder.resolve("undisturbed").toString(), false, SHARD_ROWS, "prepare.dedup=first");
        assertThat(open("out").contentHash()).isEqualTo(open("undisturbed").contentHash());
        assertThat(open("out").rows()).isEqualTo(8);
        assertNoTemporaryFile();
    }

    @Test
    void finishedOutputIsReplacedOnlyWhenAsked() throws Exception {
        runs.run(MODEL, PrepareRuns.input("rlaif-v"), folder.resolve("out"));
        assertThatThrownBy(() -> runs.run(MODEL, PrepareRuns.input("vsft"), folder.resolve("out")))
                .isInstanceOf(InvalidSettingsException.class)
                .hasMessageContaining("it holds a finished result; add --overwrite to replace it");
        runs.run(
                MODEL, List.of(PrepareRuns.input("vsft")), folder.resolve("out").toString(), true);
        assertThat(open("out").rows()).isEqualTo(4);
    }

    @Test
    void coresDoNotChangeTheShards() throws Exception {
        runs.run(MODEL, PrepareRuns.input("rlaif-v"), folder.resolve("one"), SHARD_ROWS);
        String one = open("one").contentHash();
        runs.close();
        runs = new PrepareRuns("local[2]");
        runs.run(MODEL, PrepareRuns.input("rlaif-v"), folder.resolve("two"), SHARD_ROWS);
        assertThat(open("two").contentHash()).isEqualTo(one);
        runs.close();
        runs = new PrepareRuns("local[1]");
    }

    @Test
    void settingsThatCannotWorkAreRefusedBeforeAnythingIsWritten() throws IOException {
        Path output = folder.resolve("out");
        assertThatThrownBy(() -> runs.run(
                        MODEL, PrepareRuns.input("vsft"), output, "prepare.template=\"[INST] {question} [/INST]\""))
                .isInstanceOf(InvalidSettingsException.class)
                .hasMessageContaining(
                        "Invalid prepare.template: [INST] {question} [/INST] (expected auto, the text of a"
                                + " Jinja template, which has {{ }} in it, or a name in ");
        assertThatThrownBy(() -> runs.run(MODEL, PrepareRuns.input("vsft"), output, "prepare.schema=rlaif-v"))
                .isInstanceOf(InvalidSettingsException.class)
                .hasMessageContaining("its columns do not fit prepare.schema=rlaif-v");
        assertThatThrownBy(() -> runs.run(MODEL, folder.toString(), output))
                .isInstanceOf(InvalidSettingsException.class)
                .hasMessageContaining("it holds no .parquet file");
        Files.writeString(folder.resolve("notes.parquet"), "not Parquet at all");
        assertThatThrownBy(() -> runs.run(MODEL, folder.toString(), output))
                .isInstanceOf(InvalidSettingsException.class)
                .hasMessageContaining("notes.parquet: it is not a Parquet file");
        assertThat(output).doesNotExist();
    }

    private void assertNoTemporaryFile() throws IOException {
        try (Stream<Path> files = Files.walk(folder.resolve("out"))) {
            assertThat(files.map(Path::toString)).noneMatch(name -> name.endsWith(".tmp"));
        }
    }

    private Path copy(String name) throws IOException {
        return Files.copy(Path.of(PrepareRuns.input("rlaif-v")), folder.resolve(name));
    }

    private static void write(Path file, byte[] content, FileTime time) throws IOException {
        Files.write(file, content);
        Files.setLastModifiedTime(file, time);
    }

    private ShardSet open(String name) throws IOException {
        return ShardSet.open(
                runs.context().storage(), List.of(folder.resolve(name).toString()));
    }
}
