// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.workers;

import org.apache.spark.SparkContext;

/** How many CPU threads a task computes on. */
public final class Threads {
    private Threads() {}

    /**
     * What was set, else the cores that Spark reserves for a task; in one JVM its cores divided among the tasks at work.
     *
     * @param setting {@code model.threads}; 0 where nothing was set
     * @param tasks of the whole run, so that a resumed one computes alike
     */
    public static int ofTask(SparkContext context, int setting, int tasks) {
        if (setting > 0) {
            return setting;
        }
        if (!context.isLocal()) {
            return context.getConf().getInt("spark.task.cpus", 1);
        }
        int atWork = Math.max(1, Math.min(context.defaultParallelism(), tasks));
        return Math.max(1, Runtime.getRuntime().availableProcessors() / atWork);
    }
}
