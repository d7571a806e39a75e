// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.train;

import dev.vireo.jobs.exchange.Place;
import dev.vireo.jobs.runtime.ModelTasks;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.rdd.RDD;
import scala.Tuple2;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;
import scala.reflect.ClassTag$;

/**
 * Which process each worker gets. A worker goes where its replica is. Where the application has more executors than the
 * run has workers, the others load the model while a segment runs and stand by: one of them takes the seat of a process
 * that ends, in the time of a restore instead of that of a start.
 */
final class Seats implements AutoCloseable {
    private static final String GROUP = "vireo-stand-by";

    private final SparkContext spark;
    private final Fleet fleet;
    private final Broadcast<TrainPlan> plan;
    private final int workers;
    private final ExecutorService background = Executors.newSingleThreadExecutor(task -> {
        Thread thread = new Thread(task, "vireo-stand-by");
        thread.setDaemon(true);
        return thread;
    });
    private final SortedMap<Integer, Place> seats = new TreeMap<>();
    private final List<Place> standBy = new ArrayList<>();
    private boolean calling;

    Seats(SparkContext spark, Fleet fleet, Broadcast<TrainPlan> plan, int workers) {
        this.spark = spark;
        this.fleet = fleet;
        this.plan = plan;
        this.workers = workers;
    }

    /** The ranks, one partition each, with the processes that they prefer. */
    synchronized RDD<Integer> ranks() {
        if (spark.isLocal()) {
            List<Integer> ranks = IntStream.range(0, workers).boxed().toList();
            return ModelTasks.onOwnExecutors(JavaSparkContext.fromSparkContext(spark)
                    .parallelize(ranks, workers)
                    .rdd());
        }
        seats.values().removeIf(place -> !fleet.isActive(place));
        standBy.removeIf(place -> !fleet.isActive(place) || seats.containsValue(place));
        Iterator<Place> next = List.copyOf(standBy).iterator();
        List<Tuple2<Integer, Seq<String>>> preferred = new ArrayList<>();
        for (int rank = 0; rank < workers; rank++) {
            Place place = seats.get(rank);
            if (place == null && next.hasNext()) {
                place = next.next();
            }
            List<String> names = place == null ? List.of() : List.of(Fleet.preference(place));
            preferred.add(new Tuple2<>(rank, CollectionConverters.asScala(names).toSeq()));
        }
        return ModelTasks.onOwnExecutors(
                spark.makeRDD(CollectionConverters.asScala(preferred).toSeq(), ClassTag$.MODULE$.apply(Integer.class)));
    }

    /** Notes where a gang ran. */
    synchronized void taken(SortedMap<Integer, Place> places) {
        seats.clear();
        seats.putAll(places);
    }

    /** Calls on executors that no worker needs, while the others are busy so that the call cannot reach those. */
    synchronized void running() {
        long free = spark.isLocal() || calling ? 0 : fleet.active() - workers - standBy.size();
        if (free > 0) {
            calling = true;
            background.execute(() -> call((int) free));
        }
    }

    private void call(int free) {
        try {
            spark.setJobGroup(GROUP, "executors that stand by load the model", true);
            List<Integer> calls = IntStream.range(0, free).boxed().toList();
            RDD<Integer> tasks = ModelTasks.onOwnExecutors(JavaSparkContext.fromSparkContext(spark)
                    .parallelize(calls, free)
                    .rdd());
            RDD<Place> loaded = tasks.mapPartitions(new StandByTask(plan), false, ClassTag$.MODULE$.apply(Place.class));
            answered(Arrays.stream((Object[]) loaded.collect())
                    .map(Place.class::cast)
                    .toList());
        } catch (Exception e) {
            // Training does not depend on it: who is not ready starts cold. Nobody is called again, it would fail
            // again.
            answered(List.of());
        }
    }

    private synchronized void answered(List<Place> ready) {
        standBy.addAll(ready.stream()
                .distinct()
                .filter(place -> !standBy.contains(place))
                .toList());
        calling = ready.isEmpty();
    }

    @Override
    public void close() {
        background.shutdownNow();
        synchronized (this) {
            if (calling) {
                spark.cancelJobGroup(GROUP);
            }
        }
    }
}
