// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.vireo.jobs.train.DriverProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A job that ends by a signal says so, and not what Spark says when its context goes away under it. */
class InterruptedJobTest {
    private static final Path MODEL =
            Path.of("..", "model-core", "src", "test", "resources", "golden", "llava15-tiny", "model");
    private static final Path ROWS = Path.of("src", "test", "resources", "golden", "parquet", "rlaif-v.parquet");
    private static final int COPIES = 20;

    @TempDir
    Path folder;

    @Test
    void sigtermIsToldInOneLine() throws Exception {
        Path log = folder.resolve("log");
        Process job = new ProcessBuilder(command(folder.resolve("out")))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        await().atMost(Duration.ofMinutes(2))
                .until(() -> !job.isAlive() || Files.exists(folder.resolve("out/shards/00000-rows.arrow")));
        job.destroy();
        assertThat(job.waitFor()).as(Files.readString(log)).isEqualTo(143);
        assertThat(Files.readString(log))
                .contains("prepare was asked to end before it was done; the same command goes on")
                .doesNotContain("prepare failed", "SparkContext", "\tat ");
    }

    private List<String> command(Path output) throws Exception {
        List<String> command =
                DriverProcess.vireo(List.of("-Dlog4j2.configurationFile=../submit/log4j2.properties"), Map.of());
        command.addAll(
                List.of("prepare", "--model", MODEL.toString(), "--output", output.toString(), "prepare.shard-rows=1"));
        for (int copy = 0; copy < COPIES; copy++) {
            command.add("--input");
            command.add(Files.copy(ROWS, folder.resolve(copy + ".parquet")).toString());
        }
        return command;
    }
}
