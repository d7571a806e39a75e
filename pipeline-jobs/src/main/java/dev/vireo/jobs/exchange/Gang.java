// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.exchange;

import java.io.Serializable;
import java.time.Duration;

/**
 * The workers that one barrier job starts together.
 *
 * @param run names the training run
 * @param generation grows with every gang of the run; what an older gang sends is refused
 * @param worldSize number of workers
 * @param joinMillis how long a worker waits for the others to appear
 * @param callMillis how long a sum may take, waiting for a worker that still computes included
 * @param hangMillis the same within a step; who is silent for longer hangs
 */
public record Gang(String run, long generation, int worldSize, long joinMillis, long callMillis, long hangMillis)
        implements Serializable {
    /** Checks the size. */
    public Gang {
        if (worldSize < 1) {
            throw new IllegalArgumentException("Invalid number of workers: " + worldSize + " (expected 1 or more)");
        }
    }

    /** A gang that knows nothing of its steps. */
    public Gang(String run, long generation, int worldSize, long joinMillis, long callMillis) {
        this(run, generation, worldSize, joinMillis, callMillis, callMillis);
    }

    /** Both names in one, for keys and messages. */
    String id() {
        return run + "/" + generation;
    }

    Duration joinDeadline() {
        return Duration.ofMillis(joinMillis);
    }

    /** @param inStep whether the sum is one of a step's */
    Duration callDeadline(boolean inStep) {
        return Duration.ofMillis(inStep ? hangMillis : callMillis);
    }
}
