// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.gson.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Workers in processes of their own. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class ClusterTrainingTest {
    private static final String[] SETTINGS = {
        "train.steps=24",
        "train.workers=2",
        "train.learning-rate=1e-3",
        "train.save-every=4",
        "train.segment-steps=4",
        "train.keep=10"
    };

    @TempDir
    Path folder;

    @Test
    void killedWorkerIsReplacedAndTheAdapterIsTheSameToTheBit() throws Exception {
        TinyRun threads = new TinyRun(folder);
        Path shards = threads.shards("rows", 24, true);
        byte[] expected = TinyRun.adapter(threads.train(shards, "threads", SETTINGS));
        TinyRun cluster = TinyRun.onCluster(folder, 2);
        CompletableFuture<Path> run = CompletableFuture.supplyAsync(() -> {
            try {
                return cluster.train(shards, "cluster", SETTINGS);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        Path firstCommit = folder.resolve("cluster/checkpoints/step-4/commit.json");
        await().atMost(Duration.ofMinutes(5))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> Files.exists(firstCommit) || run.isDone());
        List<ProcessHandle> executors = executors();
        assertThat(executors).hasSize(2);
        executors.get(1).destroyForcibly();
        Path output = run.get();
        assertThat(cluster.console()).contains("segment failed").contains("going on from the checkpoint of step");
        assertThat(TinyRun.adapter(output)).isEqualTo(expected);
        assertThat(TinyRun.steps(output))
                .extracting((JsonObject line) -> line.get("step").getAsInt())
                .hasSize(24)
                .isSorted()
                .doesNotHaveDuplicates();
    }

    @Test
    @Tag("cluster")
    void encryptedWorkersGiveTheSameBits() throws Exception {
        String[] settings = {"train.steps=4", "train.workers=2", "train.learning-rate=1e-3"};
        TinyRun threads = new TinyRun(folder);
        Path shards = threads.shards("rows", 24, true);
        byte[] expected = TinyRun.adapter(threads.train(shards, "threads", settings));
        TinyRun cluster = TinyRun.onCluster(folder, 2)
                .with("spark.authenticate", "true")
                .with("spark.authenticate.secret", "known to the test alone")
                .with("spark.network.crypto.enabled", "true");
        assertThat(TinyRun.adapter(cluster.train(shards, "cluster", settings))).isEqualTo(expected);
    }

    /** The only Java processes below this one; their command lines are too long for the process table to tell. */
    private static List<ProcessHandle> executors() {
        return ProcessHandle.current()
                .descendants()
                .filter(process -> process.info().command().orElse("").endsWith("java"))
                .toList();
    }
}
