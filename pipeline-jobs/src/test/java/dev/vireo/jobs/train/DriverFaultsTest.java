// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Drivers in processes of their own to which things happen, and the next ones that end with the undisturbed run's bits. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class DriverFaultsTest {
    private static final int STEPS = 30;
    private static final String[] SETTINGS = {
        "train.steps=" + STEPS, "train.learning-rate=1e-3", "train.save-every=5", "train.segment-steps=5"
    };
    private static final String[] ON_TWO = {
        SETTINGS[0], SETTINGS[1], SETTINGS[2], SETTINGS[3], "train.workers=2", "train.exchange-timeout=60"
    };

    @TempDir
    static Path folder;

    private static TinyRun undisturbed;
    private static Path shards;
    private static byte[] expected;

    @BeforeAll
    static void trainUndisturbed() throws Exception {
        undisturbed = new TinyRun(folder);
        shards = undisturbed.shards("rows", 24, true);
        expected = TinyRun.adapter(undisturbed.train(shards, "undisturbed", SETTINGS));
    }

    @Test
    void killedDriverTakesItsWorkersAlongAndADamagedCheckpointGivesWayToTheOneBefore() throws Exception {
        byte[] expectedOfTwo = TinyRun.adapter(new TinyRun(folder).train(shards, "undisturbed-2", ON_TWO));
        Path output = folder.resolve("killed");
        Files.createDirectories(Path.of(System.getenv("SPARK_HOME"), "jars"));
        Process driver = DriverProcess.start(
                shards,
                output,
                Map.of(
                        "spark.master", "local-cluster[2,1,1024]",
                        "spark.executor.memory", "1g",
                        "spark.executor.extraClassPath", System.getProperty("java.class.path")),
                ON_TWO);
        awaitCommit(driver, output, 10);
        List<ProcessHandle> workers = driver.descendants().toList();
        driver.destroyForcibly().waitFor();
        await().atMost(Duration.ofMinutes(1)).until(() -> workers.stream().noneMatch(ProcessHandle::isAlive));
        assertThat(output.resolve("_SUCCESS.json")).doesNotExist();
        long newest = IntStream.of(30, 25, 20, 15, 10)
                .filter(step -> Files.exists(commit(output, step)))
                .findFirst()
                .orElseThrow();
        flipOneBit(output.resolve("checkpoints/step-" + newest + "/training_state.safetensors"));

        TinyRun next = new TinyRun(folder);
        next.train(shards, "killed", ON_TWO);
        assertThat(next.console())
                .contains("cannot use the checkpoint of step " + newest)
                .contains("training_state.safetensors has the SHA-256")
                .contains("going on from the checkpoint of step " + (newest - 5));
        assertThat(TinyRun.adapter(output)).isEqualTo(expectedOfTwo);
        requireEachStepOnce(output);
    }

    @Test
    void driverThatIsAskedToEndCommitsTheStepThatItIsInAndTheNextOneGoesOnFromThere() throws Exception {
        Path output = folder.resolve("asked");
        String[] long1 = SETTINGS.clone();
        long1[3] = "train.segment-steps=1000";
        long1[2] = "train.save-every=10";
        Process driver = DriverProcess.start(shards, output, Map.of(), long1);
        awaitCommit(driver, output, 10);
        driver.destroy();
        assertThat(driver.waitFor()).as("ended by SIGTERM").isEqualTo(143);
        Matcher ended = Pattern.compile("asked to end: step (\\d+) is done and its checkpoint written")
                .matcher(DriverProcess.read(shards, output));
        assertThat(ended.find()).as(DriverProcess.read(shards, output)).isTrue();
        assertThat(commit(output, Integer.parseInt(ended.group(1)))).exists();
        assertThat(TinyRun.end(output).get("kind").getAsString()).isEqualTo("asked-to-end");
        assertThat(TinyRun.end(output).get("step").getAsString()).isEqualTo(ended.group(1));
        goOn(output, "going on from the checkpoint of step " + ended.group(1));
        assertThat(TinyRun.end(output).get("kind").getAsString()).isEqualTo("steps-done");
    }

    @Test
    void secondDriverOnTheSameOutputTakesItOver() throws Exception {
        Path output = folder.resolve("two");
        Process first = DriverProcess.start(shards, output, Map.of(), SETTINGS);
        awaitCommit(first, output, 5);
        goOn(output, "going on from the checkpoint of step");
        assertThat(first.waitFor()).isEqualTo(1);
        assertThat(DriverProcess.read(shards, output))
                .contains("train failed: Cannot go on training: another run took over --output " + output);
    }

    @Test
    void fullDiskEndsTheRunAndWithSpaceTheNextOneGoesOn() throws Exception {
        Path disk = Files.createDirectory(folder.resolve("disk"));
        assumeTrue(run("mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", disk.toString()) == 0, "may not mount");
        try {
            Path output = disk.resolve("full");
            Process driver = DriverProcess.start(shards, output, Map.of(), SETTINGS);
            awaitCommit(driver, output, 5);
            fill(disk.resolve("ballast"));
            assertThat(driver.waitFor()).isEqualTo(1);
            assertThat(DriverProcess.read(shards, output))
                    .containsPattern("train failed: .*/full/.*No space left on device");
            Files.delete(disk.resolve("ballast"));
            TinyRun next = new TinyRun(folder);
            next.train(shards, "disk/full", SETTINGS);
            assertThat(next.console()).contains("going on from the checkpoint of step");
            assertThat(TinyRun.adapter(output)).isEqualTo(expected);
            requireEachStepOnce(output);
        } finally {
            // What this process mapped may still lie there; the last user's end frees it.
            run("umount", "--lazy", disk.toString());
        }
    }

    private static void goOn(Path output, String said) throws Exception {
        TinyRun next = new TinyRun(folder);
        next.train(shards, output.getFileName().toString(), SETTINGS);
        assertThat(next.console()).contains(said);
        assertThat(TinyRun.adapter(output)).isEqualTo(expected);
        requireEachStepOnce(output);
    }

    private static void requireEachStepOnce(Path output) throws IOException {
        assertThat(TinyRun.steps(output))
                .extracting((JsonObject line) -> line.get("step").getAsInt())
                .isEqualTo(IntStream.rangeClosed(1, STEPS).boxed().toList());
    }

    private static Path commit(Path output, int step) {
        return output.resolve("checkpoints/step-" + step + "/commit.json");
    }

    private static void awaitCommit(Process driver, Path output, int step) throws IOException {
        await().atMost(Duration.ofMinutes(3))
                .pollInterval(Duration.ofMillis(5))
                .until(() -> Files.exists(commit(output, step)) || !driver.isAlive());
        assertThat(driver.isAlive()).as(DriverProcess.read(shards, output)).isTrue();
    }

    private static void flipOneBit(Path file) throws IOException {
        byte[] content = Files.readAllBytes(file);
        content[content.length / 2] ^= 1;
        Files.write(file, content);
    }

    /** Writes until the disk is full. */
    private static void fill(Path ballast) throws IOException {
        try (OutputStream out = Files.newOutputStream(ballast)) {
            for (int size = 1 << 16; size > 0; size /= 16) {
                fill(out, size);
            }
        }
    }

    private static void fill(OutputStream out, int size) {
        try {
            while (true) {
                out.write(new byte[size]);
            }
        } catch (IOException full) {
            // A smaller piece may still fit.
        }
    }

    private static int run(String... command) throws Exception {
        return new ProcessBuilder(command).inheritIO().start().waitFor();
    }
}
