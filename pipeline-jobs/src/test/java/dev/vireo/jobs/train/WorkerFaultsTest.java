// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.gson.JsonObject;
import com.sun.jna.Native;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Workers in processes of their own to which things happen. Every run ends with the bits of one to which nothing did. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class WorkerFaultsTest {
    private static final int STEPS = 24;
    private static final int CONTINUE = 18;
    private static final String BACKWARD = "dev.vireo.training.GradientPass.backward";
    private static final String JOIN = "dev.vireo.jobs.exchange.WorkerPort.join";
    private static final String SUM = "dev.vireo.jobs.exchange.SocketExchange.sum";

    @TempDir
    static Path folder;

    private static Path shards;
    private static byte[] expected;

    @BeforeAll
    static void trainUndisturbed() throws Exception {
        TinyRun threads = new TinyRun(folder);
        shards = threads.shards("rows", 24, true);
        expected = TinyRun.adapter(threads.train(shards, "undisturbed", settings()));
    }

    private static String[] settings(String... more) {
        List<String> all = new ArrayList<>(List.of(
                "train.steps=" + STEPS,
                "train.workers=2",
                "train.learning-rate=1e-3",
                "train.save-every=4",
                "train.segment-steps=4",
                "train.keep=10"));
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    @Test
    void workersKilledMidStepFirstOneThenTwoAtOnceThenOneWhileTheyStartAgainCostNothing() throws Exception {
        Path output = folder.resolve("killed");
        TinyRun run = faults(
                output,
                "0 KILL " + commit(output, 4) + " " + BACKWARD,
                "1 KILL " + commit(output, 12) + " " + SUM,
                "2 KILL " + commit(output, 12) + " " + BACKWARD,
                "3 KILL " + commit(output, 12) + " " + JOIN);
        // The last three may fall into three segments in a row, where training gives up by default.
        requireUndisturbed(run.train(shards, "killed", settings("train.max-failures=5")));
        for (String executor : List.of("0", "1", "2", "3")) {
            assertThat(FaultPlugin.left(commit(output, 4), executor)).exists();
        }
        assertThat(run.console()).contains("segment failed").contains("going on from the checkpoint of step");
    }

    @Test
    void executorThatStandsByTakesThePlaceOfAKilledWorker() throws Exception {
        Path output = folder.resolve("stand-by");
        TinyRun run = FaultPlugin.in(TinyRun.onCluster(folder, 3))
                .with(FaultPlugin.FAULTS, FaultPlugin.ANY + " KILL " + commit(output, 16) + " " + SUM);
        requireUndisturbed(run.train(shards, "stand-by", settings()));
        assertThat(FaultPlugin.left(commit(output, 16), FaultPlugin.ANY)).exists();
        assertThat(run.console().lines().filter(line -> line.startsWith("segment failed")))
                .as("workers stay where their replicas are")
                .hasSize(1);
    }

    @Test
    void workerThatHangsIsReplacedAndChangesNothingWhenItComesBack() throws Exception {
        Path output = folder.resolve("stopped");
        TinyRun run = faults(output, "0 STOP " + commit(output, 4) + " " + BACKWARD);
        CompletableFuture<Path> training = start(run, "stopped", settings("train.hang-timeout=2"));
        Path stopped = FaultPlugin.left(commit(output, 4), "0");
        await().atMost(Duration.ofMinutes(3)).until(() -> Files.exists(stopped) || training.isDone());
        await().atMost(Duration.ofMinutes(1))
                .until(() -> run.console().contains("hangs: executor 0") || training.isDone());
        int process = Integer.parseInt(Files.readString(stopped));
        Native.load("c", FaultPlugin.Libc.class).kill(process, CONTINUE);
        requireUndisturbed(training.get());
        assertThat(run.console())
                .contains("nothing came from rank")
                .containsPattern("rank \\d hangs: executor 0 on \\S+ is replaced");
        assertThat(FaultPlugin.left(commit(output, 4), "0-went-on"))
                .as("the stopped process came back")
                .exists();
    }

    @Test
    void workerThatComputesForEverIsReplaced() throws Exception {
        Path output = folder.resolve("stalled");
        TinyRun run = faults(output, "0 STALL " + commit(output, 4) + " " + BACKWARD);
        requireUndisturbed(run.train(shards, "stalled", settings("train.hang-timeout=2", "train.grace-period=2")));
        assertThat(FaultPlugin.left(commit(output, 4), "0")).exists();
        assertThat(run.console())
                .contains("nothing came from rank")
                .containsPattern("rank \\d hangs: executor 0 on \\S+ is replaced");
    }

    @Test
    void workerThatIsAskedToEndLeavesACheckpointAndNothingIsRepeated() throws Exception {
        Path output = folder.resolve("asked");
        TinyRun run = faults(output, "0 TERM " + commit(output, 12) + " " + BACKWARD);
        requireUndisturbed(run.train(shards, "asked", settings("train.save-every=12", "train.segment-steps=12")));
        assertThat(FaultPlugin.left(commit(output, 12), "0")).exists();
        assertThat(run.console()).doesNotContain("segment failed");
        assertThat(run.console()).containsPattern("ended early: step (1[3-9]|2[0-3]) is committed");
    }

    @Test
    void badNetworkBetweenTwoWorkersCostsNothing() throws Exception {
        Path output = folder.resolve("network");
        TinyRun run = FaultPlugin.in(TinyRun.onCluster(folder, 2)).with(FaultPlugin.RELAYS, "true");
        CompletableFuture<Path> training = start(run, "network", settings("train.hang-timeout=2"));
        int step = 4;
        for (Relay.Fault fault : Relay.Fault.values()) {
            Path commit = commit(output, step);
            await().atMost(Duration.ofMinutes(2))
                    .pollInterval(Duration.ofMillis(5))
                    .until(() -> Files.exists(commit) || training.isDone());
            Relay.arm(fault);
            await().atMost(Duration.ofMinutes(1))
                    .pollInterval(Duration.ofMillis(5))
                    .until(() -> Relay.happened() || training.isDone());
            assertThat(training.isDone()).as("%s came too late", fault).isFalse();
            step += 4;
        }
        requireUndisturbed(training.get());
        assertThat(run.console().lines().filter(line -> line.startsWith("segment failed")))
                .as("the slow network is no failure")
                .hasSize(3)
                .as("one for each of the others")
                .anyMatch(line -> line.contains("damaged on its way") || line.contains("it sent piece"))
                .anyMatch(line -> line.contains("nothing came from rank"));
    }

    private static TinyRun faults(Path output, String... faults) throws IOException {
        Files.createDirectories(output.getParent());
        return FaultPlugin.in(TinyRun.onCluster(folder, 2)).with(FaultPlugin.FAULTS, String.join(";", faults));
    }

    private static Path commit(Path output, int step) {
        return output.resolve("checkpoints/step-" + step + "/commit.json");
    }

    private static CompletableFuture<Path> start(TinyRun run, String output, String... settings) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return run.train(shards, output, settings);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private static void requireUndisturbed(Path output) throws IOException {
        assertThat(TinyRun.adapter(output)).isEqualTo(expected);
        assertThat(TinyRun.steps(output))
                .extracting((JsonObject line) -> line.get("step").getAsInt())
                .isEqualTo(IntStream.rangeClosed(1, STEPS).boxed().toList());
    }
}
