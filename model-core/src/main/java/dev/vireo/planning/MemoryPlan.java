// SPDX-License-Identifier: Apache-2.0
package dev.vireo.planning;

/**
 * The peak of a worker's memory, in bytes.
 *
 * @param mapped weights that are used where the files are mapped: the kernel can drop these pages and read them again
 * @param weights that the process holds: cast, quantized, or trained with their float32 masters
 * @param gradients float32 sums of a step
 * @param optimizer AdamW's moments
 * @param activations layer inputs, kept graphs, and the layer being computed
 * @param process Java, Spark and libtorch; on a GPU its context and libraries
 */
public record MemoryPlan(long mapped, long weights, long gradients, long optimizer, long activations, long process) {
    /** Everything: what the resident memory comes to where the kernel drops no page of the files. */
    public long total() {
        return mapped + required();
    }

    /** What must be there at once: all but the pages of mapped files. */
    public long required() {
        return weights + gradients + optimizer + activations + process;
    }
}
