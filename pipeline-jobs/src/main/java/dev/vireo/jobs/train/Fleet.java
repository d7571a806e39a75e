// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.train;

import dev.vireo.jobs.exchange.Place;
import java.util.List;
import org.apache.spark.ExecutorAllocationClient;
import org.apache.spark.SparkContext;
import scala.jdk.javaapi.CollectionConverters;

/** The executors of the application, as far as Spark lets a driver direct them. */
final class Fleet {
    private final SparkContext spark;

    Fleet(SparkContext spark) {
        this.spark = spark;
    }

    /** Whether a process still takes tasks. */
    boolean isActive(Place place) {
        return spark.schedulerBackend() instanceof ExecutorAllocationClient client
                && client.isExecutorActive(place.executor());
    }

    /** How many processes take tasks. */
    long active() {
        return spark.schedulerBackend() instanceof ExecutorAllocationClient client
                ? CollectionConverters.asJava(client.getExecutorIds()).stream()
                        .filter(client::isExecutorActive)
                        .count()
                : 0;
    }

    /** Ends a process, which gets no further task, and lets the cluster start another in its place. */
    void replace(Place place) {
        if (spark.schedulerBackend() instanceof ExecutorAllocationClient client) {
            client.killExecutors(
                    CollectionConverters.asScala(List.of(place.executor())).toSeq(), false, false, true);
        }
    }

    /** How Spark names a process as the preferred place of a partition. */
    static String preference(Place place) {
        return "executor_" + place.host() + "_" + place.executor();
    }
}
