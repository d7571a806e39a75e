// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.runtime;

import org.apache.spark.SparkContext;
import org.apache.spark.rdd.RDD;
import org.apache.spark.resource.ResourceProfileBuilder;
import org.apache.spark.resource.TaskResourceRequests;

/** What Spark reserves for tasks that run a model. */
public final class ModelTasks {
    private static final String GPU = "gpu";
    private static final String OF_TASK = "spark.task.resource.gpu.amount";

    private ModelTasks() {}

    /** Whether the executors of an application have GPUs. */
    private static boolean haveGpus(SparkContext spark) {
        return !spark.isLocal() && spark.getConf().contains("spark.executor.resource.gpu.amount");
    }

    /**
     * Gives each task one of its executor's GPUs, where executors have any. Without it Spark hands out GPUs only as
     * {@code spark.task.resource.gpu.amount} says, by default none, and the model would run on the CPU.
     *
     * @throws IllegalArgumentException under dynamic allocation without {@code spark.task.resource.gpu.amount}
     */
    public static <T> RDD<T> onGpus(RDD<T> tasks) {
        SparkContext spark = tasks.sparkContext();
        if (!haveGpus(spark) || spark.getConf().contains(OF_TASK)) {
            return tasks;
        }
        if (spark.getConf().getBoolean("spark.dynamicAllocation.enabled", false)) {
            throw new IllegalArgumentException("Invalid " + OF_TASK
                    + ": not set (expected 1: with dynamic allocation Spark gives GPUs to tasks only so)");
        }
        return reserve(tasks, cpusOfTask(spark), true);
    }

    /** Gives each task a whole executor, with a GPU where it has one. */
    public static <T> RDD<T> onOwnExecutors(RDD<T> tasks) {
        SparkContext spark = tasks.sparkContext();
        int cores = spark.getConf().getInt("spark.executor.cores", 1);
        boolean gpus = haveGpus(spark);
        boolean alone = spark.isLocal() || cores <= cpusOfTask(spark);
        return alone && !gpus ? tasks : reserve(tasks, cores, gpus);
    }

    private static int cpusOfTask(SparkContext spark) {
        return spark.getConf().getInt("spark.task.cpus", 1);
    }

    private static <T> RDD<T> reserve(RDD<T> tasks, int cpus, boolean gpu) {
        TaskResourceRequests requests = new TaskResourceRequests().cpus(cpus);
        if (gpu) {
            requests.resource(GPU, 1);
        }
        return tasks.withResources(
                new ResourceProfileBuilder().require(requests).build());
    }
}
