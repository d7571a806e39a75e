// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.runtime;

import ai.djl.Device;
import org.apache.spark.TaskContext;
import org.apache.spark.resource.ResourceInformation;
import org.jspecify.annotations.Nullable;

/** Chooses the device on which a task computes. */
public final class Devices {
    private static final String GPU = "gpu";

    private Devices() {}

    /**
     * The GPU that Spark assigned to the running task, else the CPU. Addresses are those that the executor sees; nothing
     * assumes that they start at 0.
     */
    public static Device ofTask() {
        @Nullable TaskContext task = TaskContext.get();
        if (task == null) {
            return Device.cpu();
        }
        ResourceInformation gpu = task.resourcesJMap().get(GPU);
        return gpu == null ? Device.cpu() : Device.gpu(Integer.parseInt(gpu.addresses()[0]));
    }
}
