// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.exchange;

import java.io.Serializable;
import org.apache.spark.SparkEnv;

/**
 * The process in which a worker runs.
 *
 * @param executor its id in Spark; empty outside of Spark
 * @param host its address
 */
public record Place(String executor, String host) implements Serializable {
    private static final Place NONE = new Place("", "");

    /** This process. */
    public static Place ofProcess() {
        SparkEnv env = SparkEnv.get();
        return env == null
                ? NONE
                : new Place(
                        env.executorId(), env.blockManager().blockManagerId().host());
    }
}
