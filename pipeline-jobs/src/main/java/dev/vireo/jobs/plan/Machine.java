// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.plan;

import ai.djl.Device;
import ai.djl.util.cuda.CudaUtils;
import com.sun.management.OperatingSystemMXBean;
import dev.vireo.jobs.runtime.Devices;
import java.io.Serializable;
import java.lang.management.ManagementFactory;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;

/**
 * What a worker computes on.
 *
 * @param gpu whether it has a GPU
 * @param memoryBytes of the GPU, or of the host as far as this process may use it
 * @param workers that share it
 */
public record Machine(boolean gpu, long memoryBytes, int workers) implements Serializable {
    /** The machine of one of a run's tasks. */
    public static Machine ofTask(SparkSession spark, int workers) {
        int together = spark.sparkContext().isLocal() ? workers : 1;
        return JavaSparkContext.fromSparkContext(spark.sparkContext())
                .parallelize(List.of(together), 1)
                .map(each -> of(Devices.ofTask(), each))
                .first();
    }

    /** This process's machine, without a GPU. */
    static Machine here(int workers) {
        return of(Device.cpu(), workers);
    }

    private static Machine of(Device device, int workers) {
        if (device.isGpu()) {
            return new Machine(true, CudaUtils.getGpuMemory(device).getMax(), workers);
        }
        OperatingSystemMXBean host = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        return new Machine(false, host.getTotalMemorySize(), workers);
    }

    Machine withMemory(long bytes) {
        return bytes == 0 ? this : new Machine(gpu, bytes, workers);
    }
}
