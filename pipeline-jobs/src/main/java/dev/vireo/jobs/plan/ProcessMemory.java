// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.plan;

/** What a worker's process takes beside the model. */
final class ProcessMemory {
    /** Java with Spark and a heap that a run fills, libtorch's code and what its allocator keeps; docs/performance.md. */
    private static final long HOST_BYTES = 900_000_000L;
    /** CUDA's context, cuBLAS and their workspaces. */
    private static final long GPU_BYTES = 1_200_000_000L;

    private ProcessMemory() {}

    static long bytes(Machine machine) {
        return machine.gpu() ? GPU_BYTES : HOST_BYTES;
    }
}
