// SPDX-License-Identifier: Apache-2.0
package dev.vireo.training;

import java.nio.ByteBuffer;

/**
 * Sums arrays over all workers of one training run.
 *
 * <p>Every worker calls the same methods in the same order with arrays of the same length; each call returns on a
 * worker once it holds the complete sum. The summation order is fixed (rank 0, 1, 2, ...; among many workers first within
 * groups of consecutive ranks, then over the groups), so every worker receives the same bits, and for a given world size
 * every run does, whatever the network delays and however the values are cut into calls. A call that cannot complete
 * throws; the content is then undefined and must not be applied.
 *
 * <p>An instance is used by one thread at a time.
 */
public interface GradientExchange {

    /** This worker's number, {@code 0 <= rank < worldSize}. */
    int rank();

    /** Number of workers that take part, at least 1. */
    int worldSize();

    /**
     * Replaces values, element by element, by their sum over all ranks, accumulated in float32.
     *
     * @param values float32 between position and limit, direct and little-endian
     */
    void sum(ByteBuffer values);

    /**
     * The first half of {@link #sum(ByteBuffer)}: each worker gets the sum of its own shard, to the same bits. What
     * becomes of the rest is undefined.
     *
     * @param values as above
     * @param bounds world size + 1 element numbers: rank r's shard is from {@code bounds[r]} to {@code bounds[r + 1]}
     */
    void sumShards(ByteBuffer values, int[] bounds);

    /** The second half: each worker gives its shard to all others, so that all hold all of {@code values}. */
    void gatherShards(ByteBuffer values, int[] bounds);

    /** Replaces {@code values}, element by element, by their sum over all ranks, accumulated in float64. */
    void sum(double[] values);

    /** The exchange of a worker that is alone: a sum over one rank is the array itself. */
    static GradientExchange single() {
        return SingleWorker.INSTANCE;
    }
}
