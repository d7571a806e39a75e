// SPDX-License-Identifier: Apache-2.0
package dev.vireo.training;

import ai.djl.Device;
import ai.djl.util.cuda.CudaUtils;
import com.sun.management.OperatingSystemMXBean;
import dev.vireo.nn.GraphMemory;
import dev.vireo.tensor.Precision;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;

/** How much memory the kept graphs of a step may take; what does not fit is computed again. */
public final class GraphBudget {
    /** Weights, the page cache, Spark and the peak of a block being computed need the rest of the host's memory. */
    private static final double HOST_SHARE = 0.25;
    /** Of a GPU's memory that is free once the model is loaded. */
    private static final double FREE_GPU_SHARE = 0.7;

    private GraphBudget() {}

    /**
     * As much as the device can spare.
     *
     * @param replicas models that train on the same device or host
     */
    public static GraphMemory automatic(Device device, Precision precision, int replicas) {
        return new GraphMemory(bytes(device, replicas), elementBytes(precision));
    }

    /** What kept graphs may take of a host's memory, for each of the replicas that train on it. */
    public static long hostBytes(long memoryBytes, int replicas) {
        return (long) (HOST_SHARE * memoryBytes) / Math.max(1, replicas);
    }

    /** What kept graphs may take of a GPU's memory that is free once the model is loaded. */
    public static long gpuBytes(long freeBytes, int replicas) {
        return (long) (FREE_GPU_SHARE * freeBytes) / Math.max(1, replicas);
    }

    /** Every graph is kept. */
    public static GraphMemory unlimited(Precision precision) {
        return new GraphMemory(Long.MAX_VALUE, elementBytes(precision));
    }

    /** No graph is kept. */
    public static GraphMemory none(Precision precision) {
        return new GraphMemory(0, elementBytes(precision));
    }

    private static long bytes(Device device, int replicas) {
        if (device.isGpu()) {
            MemoryUsage gpu = CudaUtils.getGpuMemory(device);
            return gpuBytes(gpu.getMax() - gpu.getCommitted(), replicas);
        }
        OperatingSystemMXBean host = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        return hostBytes(host.getTotalMemorySize(), replicas);
    }

    private static int elementBytes(Precision precision) {
        return precision == Precision.BF16 ? 2 : 4;
    }
}
