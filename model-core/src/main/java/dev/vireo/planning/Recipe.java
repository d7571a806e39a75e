// SPDX-License-Identifier: Apache-2.0
package dev.vireo.planning;

import dev.vireo.adapter.AdaptedModule;
import dev.vireo.quantization.BaseFormat;
import dev.vireo.tensor.Precision;
import java.util.List;

/**
 * What decides the memory and the work of a worker's step.
 *
 * @param precision of the arithmetic
 * @param base how the frozen weights are held
 * @param adapted modules with a trained adapter; empty where all parameters are trained
 * @param opensBase whether the starting checkpoint is opened once more, to compare with, where all parameters are trained
 * @param graphBytes what kept graphs may take; 0 recomputes everything
 * @param batch the largest micro-batch
 * @param optimizer how its state is held
 */
public record Recipe(
        Precision precision,
        BaseFormat base,
        List<AdaptedModule> adapted,
        boolean opensBase,
        long graphBytes,
        MicroBatch batch,
        Optimizer optimizer) {
    public Recipe {
        adapted = List.copyOf(adapted);
    }

    /**
     * What the optimizer holds.
     *
     * @param eightBit whether the moments are 8-bit codes, not float32
     * @param compensated whether full training in bf16 has a compensation, not a float32 master
     * @param sharers workers that divide the moments among themselves
     */
    public record Optimizer(boolean eightBit, boolean compensated, int sharers) {
        /** Moments and masters in float32. */
        public static final Optimizer SINGLE = new Optimizer(false, false, 1);

        /** Bytes of the moments of so many elements. */
        long momentBytes(long elements) {
            long all = eightBit ? 2 * elements + 2 * Float.BYTES * (elements / 256) : 2 * Float.BYTES * elements;
            return all / sharers;
        }
    }

    /** Whether all parameters are trained. */
    public boolean full() {
        return adapted.isEmpty();
    }

    int elementBytes() {
        return precision == Precision.BF16 ? 2 : 4;
    }

    /**
     * Sizes of a micro-batch.
     *
     * @param tokens T, of prompts with their images and of all answers
     * @param scored M, answer tokens whose log-probability is wanted
     * @param tiles of all images
     * @param rows that these belong to
     */
    public record MicroBatch(long tokens, long scored, long tiles, long rows) {}
}
