// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.train;

import com.google.gson.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerJobStart;

/**
 * What a segment costs beside its steps: a run of the tests' tiny model by two processes with a segment for every step. From the start of one Spark job to the
 * start of the next, less the step's own seconds: launch, rendezvous, connections, results and the driver's bookkeeping. The first hundred segments, while Java
 * still compiles, and the second half of all. Segments STEPS.
 */
public final class Segments {
    private static final int FIRST = 100;

    /** Notes when jobs start. */
    public static final class Starts extends SparkListener {
        static final List<Long> MILLIS = Collections.synchronizedList(new ArrayList<>());

        @Override
        public void onJobStart(SparkListenerJobStart job) {
            MILLIS.add(job.time());
        }
    }

    public static void main(String[] arguments) throws Exception {
        int steps = Integer.parseInt(arguments[0]);
        Path folder = Files.createTempDirectory("vireo-segments-");
        TinyRun run = TinyRun.onCluster(folder, 2).with("spark.extraListeners", Starts.class.getName());
        Path shards = run.shards("rows", 24, true);
        Path output = run.train(
                shards, "run", "train.steps=" + steps, "train.workers=2", "train.segment-steps=1", "train.learning-rate=1e-3");
        List<JsonObject> lines = TinyRun.steps(output);
        int jobs = Starts.MILLIS.size();
        // Counted from the end: jobs before the first step load the model.
        int counted = Math.min(lines.size(), jobs);
        double[] overhead = new double[counted - 1];
        for (int i = 0; i < overhead.length; i++) {
            int job = jobs - counted + i;
            double seconds = lines.get(lines.size() - counted + i).get("seconds").getAsDouble();
            overhead[i] = Starts.MILLIS.get(job + 1) - Starts.MILLIS.get(job) - 1e3 * seconds;
        }
        print("the first ones", Arrays.copyOf(overhead, Math.min(FIRST, overhead.length)));
        print("the second half", Arrays.copyOfRange(overhead, overhead.length / 2, overhead.length));
    }

    private static void print(String which, double[] overhead) {
        Arrays.sort(overhead);
        System.out.println(String.format(Locale.ROOT,
                "a segment of two processes costs beside its steps, %s: %.0f ms p50, %.0f ms p95 (%d segments)",
                which, overhead[overhead.length / 2], overhead[overhead.length * 95 / 100], overhead.length));
    }
}
