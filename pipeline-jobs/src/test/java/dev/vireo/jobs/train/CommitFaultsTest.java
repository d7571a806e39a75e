// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.gson.JsonObject;
import dev.vireo.jobs.runtime.JobOption;
import dev.vireo.jobs.storage.FileEntry;
import dev.vireo.jobs.storage.Storage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.hdfs.MiniDFSCluster;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A process that is killed at every stage of a commit, and two drivers on one output, on the local disk and on HDFS. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class CommitFaultsTest {
    private static final int STEPS = 24;
    private static final int SEGMENT = 4;
    private static final String[] SETTINGS = {
        "train.steps=" + STEPS,
        "train.learning-rate=1e-3",
        "train.save-every=" + SEGMENT,
        "train.segment-steps=" + SEGMENT,
        "train.keep=10"
    };
    private static final String LOCAL = "dev.vireo.jobs.storage.LocalFiles";
    private static final String HADOOP = "dev.vireo.jobs.storage.HadoopFiles";
    private static final String COMMIT = "commit";

    @TempDir
    static Path folder;

    private static Path shards;
    private static byte[] expected;

    private final Storage storage = Storage.of(new Configuration());

    @BeforeAll
    static void trainUndisturbed() throws Exception {
        TinyRun run = new TinyRun(folder);
        shards = run.shards("rows", 24, true);
        expected = TinyRun.adapter(run.train(shards, "undisturbed", SETTINGS));
    }

    @Test
    void processKilledAtEachStageOfACommitLosesOrRepeatsNothing() throws Exception {
        String output = folder.resolve("killed").toString();
        // Each with whether the step is committed then.
        Map<KillAt, Boolean> stages = new LinkedHashMap<>();
        stages.put(new KillAt(AttemptFiles.class, "write", "apply", 1), false);
        stages.put(new KillAt(Class.forName(LOCAL), "move", COMMIT, 2), false);
        stages.put(new KillAt(Class.forName(LOCAL), "createExclusive", COMMIT, 1), false);
        stages.put(new KillAt(Files.class, "createLink", COMMIT, 1), false);
        stages.put(new KillAt(CheckpointStore.class, "deleteOld", COMMIT, 1), true);
        int committed = kill(output, stages);
        assertThat(goOn(output).console()).contains("going on from the checkpoint of step " + committed);
        requireUndisturbed(output);
    }

    @Test
    void onHdfsKillsAtACommitAndASecondDriverCostNothing() throws Exception {
        Configuration configuration = new Configuration();
        configuration.set(
                MiniDFSCluster.HDFS_MINIDFS_BASEDIR, folder.resolve("hdfs").toString());
        try (MiniDFSCluster cluster =
                new MiniDFSCluster.Builder(configuration).numDataNodes(1).build()) {
            String output = cluster.getFileSystem().getUri() + "/vireo/run";
            Map<KillAt, Boolean> stages = new LinkedHashMap<>();
            stages.put(new KillAt(Class.forName(HADOOP), "createExclusive", COMMIT, 1), false);
            stages.put(new KillAt(CheckpointStore.class, "deleteOld", COMMIT, 1), true);
            int committed = kill(output, stages);
            Process first = DriverProcess.start(List.of(), shards, output, Map.of(), SETTINGS);
            String next = Storage.child(output, "checkpoints/step-" + (committed + SEGMENT) + "/commit.json");
            await().atMost(Duration.ofMinutes(2)).until(() -> storage.exists(next) || !first.isAlive());
            assertThat(goOn(output).console()).contains("going on from the checkpoint of step");
            assertThat(first.waitFor()).as(DriverProcess.read(shards, output)).isEqualTo(1);
            assertThat(DriverProcess.read(shards, output))
                    .contains("going on from the checkpoint of step " + committed)
                    .contains("train failed: Cannot go on training: another run took over --output " + output);
            requireUndisturbed(output);
        }
    }

    /** Kills one process after the other, each at a stage of its first commit; what is committed then. */
    private static int kill(String output, Map<KillAt, Boolean> stages) throws Exception {
        int committed = 0;
        for (Map.Entry<KillAt, Boolean> stage : stages.entrySet()) {
            stage.getKey().kill(options -> DriverProcess.start(options, shards, output, Map.of(), SETTINGS));
            String said = DriverProcess.read(shards, output);
            String resumed = "going on from the checkpoint of step " + committed;
            assertThat(said.contains(resumed)).as(stage.getKey() + ": " + said).isEqualTo(committed > 0);
            committed += stage.getValue() ? SEGMENT : 0;
        }
        return committed;
    }

    private static TinyRun goOn(String output) throws Exception {
        TinyRun run = new TinyRun(folder);
        run.train(Map.of(JobOption.OUTPUT, List.of(output)), shards, "unused", SETTINGS);
        return run;
    }

    private void requireUndisturbed(String output) throws IOException {
        Path copy = Files.createTempDirectory(folder, "copy-");
        copy(output, copy);
        assertThat(TinyRun.adapter(copy)).isEqualTo(expected);
        assertThat(TinyRun.steps(copy))
                .extracting((JsonObject line) -> line.get("step").getAsInt())
                .isEqualTo(IntStream.rangeClosed(1, STEPS).boxed().toList());
        assertThat(storage.list(Storage.child(output, "checkpoints")))
                .extracting(FileEntry::name)
                .containsExactlyInAnyOrderElementsOf(IntStream.rangeClosed(1, STEPS / SEGMENT)
                        .mapToObj(segment -> "step-" + SEGMENT * segment)
                        .toList());
    }

    private void copy(String directory, Path target) throws IOException {
        Files.createDirectories(target);
        for (FileEntry entry : storage.list(directory)) {
            if (entry.isDirectory()) {
                copy(entry.path(), target.resolve(entry.name()));
            } else {
                try (InputStream content = storage.read(entry.path())) {
                    Files.copy(content, target.resolve(entry.name()));
                }
            }
        }
    }
}
