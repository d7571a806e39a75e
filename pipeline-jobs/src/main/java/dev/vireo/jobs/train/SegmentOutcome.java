// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.train;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a worker reports of a segment. Only rank 0 fills it; all others would say the same.
 *
 * @param complete false if a replica was missing, so that nothing was done
 * @param steps one record for each step
 * @param evaluation at the end, if it was asked for
 * @param state files of the checkpoint; empty if none was written
 * @param best files of the best model; empty if this is not the best
 * @param result files of the run's result; empty unless it was asked for
 */
record SegmentOutcome(
        boolean complete,
        List<StepRecord> steps,
        @Nullable StepRecord evaluation,
        List<SavedFile> state,
        List<SavedFile> best,
        List<SavedFile> result)
        implements Serializable {
    SegmentOutcome {
        steps = new ArrayList<>(steps);
        state = new ArrayList<>(state);
        best = new ArrayList<>(best);
        result = new ArrayList<>(result);
    }

    /** Nothing was done: a replica is not where the segment starts. */
    static SegmentOutcome replicaMissing() {
        return new SegmentOutcome(false, List.of(), null, List.of(), List.of(), List.of());
    }

    /** From a rank other than 0. */
    static SegmentOutcome silent() {
        return new SegmentOutcome(true, List.of(), null, List.of(), List.of(), List.of());
    }
}
