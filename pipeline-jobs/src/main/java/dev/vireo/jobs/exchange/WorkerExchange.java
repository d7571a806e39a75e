// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.exchange;

import dev.vireo.training.GradientExchange;

/**
 * One worker's place in a gang. Every call either completes on all workers or throws {@link ExchangeFailedException}
 * within the deadline; after that the gang is of no use. Used by one thread at a time.
 */
public interface WorkerExchange extends GradientExchange, AutoCloseable {
    /** Names the optimizer step of the calls that follow, for error messages; they have the deadline of a step's. */
    void atStep(long step);

    /** Says that the calls that follow are no step's: others may take long to come to them. */
    void betweenSteps();

    /** Leaves after the last sum; what others still wait for is sent first. */
    @Override
    void close();

    /** Leaves at once, so that the others stop waiting. */
    void abort();

    /** The place of a worker that is alone. */
    static WorkerExchange alone() {
        return AloneExchange.INSTANCE;
    }
}
