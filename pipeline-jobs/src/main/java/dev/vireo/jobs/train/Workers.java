// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.train;

import dev.vireo.jobs.exchange.ExchangePlugin;
import dev.vireo.jobs.exchange.Gang;
import dev.vireo.jobs.exchange.Rendezvous;
import dev.vireo.jobs.runtime.ModelTasks;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.rdd.RDD;
import scala.reflect.ClassTag$;

/** The driver's hand on the workers: starts a gang as a barrier job and finds out why it failed. Confined to one thread. */
final class Workers implements AutoCloseable {
    private static final long JOIN_MILLIS = 120_000;

    private final SparkContext spark;
    private final TrainPlan plan;
    private final Broadcast<TrainPlan> sent;
    private final Consumer<String> reports;
    private final Rendezvous rendezvous = ExchangePlugin.rendezvous();
    private long generation;

    /** @param reports receives steps as JSON while they happen, on a network thread */
    Workers(SparkContext spark, TrainPlan plan, Consumer<String> reports) {
        this.spark = spark;
        this.plan = plan;
        this.reports = reports;
        this.sent = JavaSparkContext.fromSparkContext(spark).broadcast(plan);
    }

    /** The workers of the next job. */
    Gang nextGang() {
        long callMillis = plan.train().batch().exchangeTimeoutSeconds() * 1000L;
        return new Gang(plan.run(), ++generation, plan.workers(), JOIN_MILLIS, callMillis);
    }

    /** Runs a segment on all workers and returns what rank 0 says of it. */
    SegmentOutcome run(SegmentRequest request) throws SegmentFailedException {
        rendezvous.open(request.gang(), reports);
        spark.setJobGroup(
                "vireo-train-" + plan.run(), "train steps " + request.start().step() + " to " + request.end(), true);
        try {
            return Arrays.stream((Object[]) job(request).collect())
                    .map(SegmentOutcome.class::cast)
                    .reduce((rank0, other) -> other.complete() ? rank0 : other)
                    .orElseThrow();
        } catch (Exception e) {
            throw failure(request.gang(), e);
        } finally {
            spark.clearJobGroup();
            rendezvous.closeRun(plan.run());
        }
    }

    private RDD<SegmentOutcome> job(SegmentRequest request) {
        List<Integer> ranks = IntStream.range(0, plan.workers()).boxed().toList();
        RDD<Integer> workers = JavaSparkContext.fromSparkContext(spark)
                .parallelize(ranks, ranks.size())
                .rdd();
        return ModelTasks.onOwnExecutors(workers)
                .barrier()
                .mapPartitions(new SegmentTask(sent, request), false, ClassTag$.MODULE$.apply(SegmentOutcome.class));
    }

    private SegmentFailedException failure(Gang gang, Exception thrown) {
        Optional<WorkerFailure> first = rendezvous.firstFailure(gang).map(WorkerFailure::parse);
        if (first.isPresent()) {
            return new SegmentFailedException(first.get().reason(), first.get().permanent(), thrown);
        }
        String text = String.valueOf(thrown.getMessage());
        if (text.contains("SPARK-24819")) {
            String reason = String.format(
                    Locale.ROOT,
                    "Cannot start %d workers: the cluster has fewer places for them; give the application more executors"
                            + " (spark.executor.instances) or lower train.workers",
                    plan.workers());
            return new SegmentFailedException(reason, true, thrown);
        }
        return new SegmentFailedException(brief(text), spark.isStopped(), thrown);
    }

    /** Of Spark's words about a failed barrier job the line that names the cause. */
    private static String brief(String text) {
        List<String> lines =
                text.lines().map(String::strip).filter(line -> !line.isEmpty()).toList();
        return lines.stream()
                .filter(line -> line.startsWith("ExecutorLostFailure") || line.contains("Exception: "))
                .findFirst()
                .or(() -> lines.stream().findFirst())
                .orElse("the Spark job failed");
    }

    @Override
    public void close() {
        sent.destroy();
    }
}
