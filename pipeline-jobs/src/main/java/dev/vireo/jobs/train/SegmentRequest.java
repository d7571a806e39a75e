// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.train;

import dev.vireo.jobs.exchange.Gang;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * What a gang does in one Spark job.
 *
 * @param gang its workers
 * @param start where it starts
 * @param end optimizer steps done when it ends
 * @param evaluate whether it evaluates then
 * @param save whether it writes a checkpoint then
 * @param saveAfterMillis a checkpoint is written as well if the segment runs longer than this
 * @param deliver whether it writes the run's result then
 * @param best the best evaluation so far, if there is one
 * @param skippedInARow steps before the start that were skipped one after the other
 * @param attempt directory that no other gang writes to
 */
record SegmentRequest(
        Gang gang,
        Position start,
        long end,
        boolean evaluate,
        boolean save,
        long saveAfterMillis,
        boolean deliver,
        @Nullable Double best,
        int skippedInARow,
        String attempt)
        implements Serializable {
    /** Folders of an attempt. */
    static final String STATE = "state";

    static final String BEST = "best";
    static final String RESULT = "result";
}
