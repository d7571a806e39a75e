// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.runtime;

import ai.djl.Device;
import java.util.List;
import org.apache.spark.SparkContext;
import org.apache.spark.TaskContext;
import org.apache.spark.resource.ResourceInformation;
import org.jspecify.annotations.Nullable;
import scala.Option;

/** Chooses the device on which a task computes: one that Spark assigned, never one by its number. */
public final class Devices {
    private static final String GPU = "gpu";

    /** Those of the driver, which is the executor of Spark's local mode; there tasks are assigned none. */
    private static volatile List<String> ofLocalMode = List.of();

    private Devices() {}

    /**
     * The GPU that Spark assigned to the running task, else the CPU. In local mode the tasks take turns on the driver's GPUs
     * ({@code spark.driver.resource.gpu.amount}). Addresses are those that the executor sees; nothing assumes that they
     * start at 0.
     */
    public static Device ofTask() {
        @Nullable TaskContext task = TaskContext.get();
        if (task == null) {
            return Device.cpu();
        }
        ResourceInformation assigned = task.resourcesJMap().get(GPU);
        if (assigned != null) {
            return gpu(assigned.addresses()[0]);
        }
        List<String> shared = ofLocalMode;
        return shared.isEmpty() ? Device.cpu() : gpu(shared.get(task.partitionId() % shared.size()));
    }

    /** Remembers the driver's GPUs where the driver computes. */
    static void share(SparkContext spark) {
        Option<ResourceInformation> gpus = spark.resources().get(GPU);
        ofLocalMode = spark.isLocal() && gpus.isDefined() ? List.of(gpus.get().addresses()) : List.of();
    }

    private static Device gpu(String address) {
        try {
            return Device.gpu(Integer.parseInt(address));
        } catch (NumberFormatException e) {
            throw new IllegalStateException(
                    "Cannot use GPU " + address + ": its address is no number; let the discovery script print indices",
                    e);
        }
    }
}
