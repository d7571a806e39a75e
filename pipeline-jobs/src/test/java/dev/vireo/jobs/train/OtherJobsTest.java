// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskStart;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An ordinary job in the application in which a run trains: both get their turn, and the user hears of a wait. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class OtherJobsTest {
    private static final int TASK_MILLIS = 12_000;

    @TempDir
    Path folder;

    /** Submits a job of one long task for each executor once the first segment runs, which holds them all. */
    public static final class Intruder extends SparkListener {
        static final CompletableFuture<List<Integer>> RESULT = new CompletableFuture<>();

        private final AtomicInteger tasks = new AtomicInteger();

        @Override
        public void onTaskStart(SparkListenerTaskStart task) {
            if (tasks.incrementAndGet() == 1) {
                RESULT.completeAsync(() -> JavaSparkContext.fromSparkContext(SparkContext.getOrCreate())
                        .parallelize(List.of(1, 2), 2)
                        .map(each -> {
                            Thread.sleep(TASK_MILLIS);
                            return each;
                        })
                        .collect());
            }
        }
    }

    @Test
    void jobSubmittedDuringASegmentAndSegmentBehindALongJobBothRunAndTheWaitIsSaid() throws Exception {
        String[] settings = {"train.steps=6", "train.workers=2", "train.learning-rate=1e-3", "train.segment-steps=2"};
        TinyRun threads = new TinyRun(folder);
        Path shards = threads.shards("rows", 8, true);
        byte[] expected = TinyRun.adapter(threads.train(shards, "alone", settings));
        TinyRun cluster = TinyRun.onCluster(folder, 2).with("spark.extraListeners", Intruder.class.getName());
        Path output = cluster.train(shards, "beside", settings);
        assertThat(Intruder.RESULT.get(1, TimeUnit.MINUTES)).containsExactly(1, 2);
        assertThat(cluster.console())
                .contains("waiting: 0 of 2 workers have started; the application has 2 executors")
                .doesNotContain("failed");
        assertThat(TinyRun.adapter(output)).isEqualTo(expected);
    }
}
