// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.train;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a worker reports of a segment. Steps, evaluation and files come from rank 0 alone; all others would say the same.
 *
 * @param complete false if a replica was missing, so that nothing was done
 * @param end optimizer steps done; fewer than was asked for if the workers agreed to stop earlier
 * @param leaving whether the worker's process was asked to end
 * @param steps one record for each step
 * @param evaluation at the end, if it was asked for
 * @param notFinite ids of this worker's rows whose gradient was not finite, by step; empty lists where no row alone was
 *     the cause
 * @param state files of the checkpoint; empty if none was written
 * @param best files of the best model; empty if this is not the best
 * @param result files of the run's result; empty unless it was asked for
 */
record SegmentOutcome(
        boolean complete,
        long end,
        boolean leaving,
        List<StepRecord> steps,
        @Nullable StepRecord evaluation,
        Map<Long, List<String>> notFinite,
        List<SavedFile> state,
        List<SavedFile> best,
        List<SavedFile> result)
        implements Serializable {
    SegmentOutcome {
        // Not unmodifiable views: those are not serializable in every version of Java.
        steps = new ArrayList<>(steps);
        notFinite = new TreeMap<>(notFinite);
        state = new ArrayList<>(state);
        best = new ArrayList<>(best);
        result = new ArrayList<>(result);
    }

    /** Nothing was done: a replica is not where the segment starts. */
    static SegmentOutcome replicaMissing() {
        return new SegmentOutcome(false, 0, false, List.of(), null, Map.of(), List.of(), List.of(), List.of());
    }

    /** From a rank other than 0. */
    static SegmentOutcome silent(long end, boolean leaving, Map<Long, List<String>> notFinite) {
        return new SegmentOutcome(true, end, leaving, List.of(), null, notFinite, List.of(), List.of(), List.of());
    }

    /** This outcome of rank 0 with what another rank adds to it. */
    SegmentOutcome with(SegmentOutcome other) {
        if (!complete || !other.complete) {
            return replicaMissing();
        }
        Map<Long, List<String>> rows = new TreeMap<>();
        for (SegmentOutcome each : List.of(this, other)) {
            each.notFinite.forEach((step, ids) ->
                    rows.computeIfAbsent(step, key -> new ArrayList<>()).addAll(ids));
        }
        return new SegmentOutcome(true, end, leaving || other.leaving, steps, evaluation, rows, state, best, result);
    }
}
