// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.train;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * A point of a run at which all replicas are equal.
 *
 * @param step optimizer steps done
 * @param generation of the gang that came here; replicas that another gang left are somewhere else, whatever their step is
 * @param commit directory of the checkpoint with this state, if there is one
 */
record Position(long step, long generation, @Nullable String commit) implements Serializable {
    /** Before the first step. */
    static Position start() {
        return new Position(0, 0, null);
    }

    /** Whether a replica can be brought here without having been here. */
    boolean isRestorable() {
        return commit != null || step == 0;
    }
}
