// SPDX-License-Identifier: Apache-2.0
package dev.vireo.training;

/**
 * Sums arrays over all workers of one training run.
 *
 * <p>Every worker calls the same methods in the same order with arrays of the same length; each call returns on a
 * worker once it holds the complete sum. The summation order is fixed (rank 0, 1, 2, ...), so every worker receives
 * the same bits, and for a given world size every run does, whatever the network delays. A call that cannot complete
 * throws; the array's content is then undefined and must not be applied.
 *
 * <p>An instance is confined to one thread.
 */
public interface GradientExchange {

    /** This worker's number, {@code 0 <= rank < worldSize}. */
    int rank();

    /** Number of workers that take part, at least 1. */
    int worldSize();

    /** Replaces {@code values}, element by element, by their sum over all ranks, accumulated in float32. */
    void sum(float[] values);

    /** Replaces {@code values}, element by element, by their sum over all ranks, accumulated in float64. */
    void sum(double[] values);

    /** The exchange of a worker that is alone: a sum over one rank is the array itself. */
    static GradientExchange single() {
        return SingleWorker.INSTANCE;
    }
}
