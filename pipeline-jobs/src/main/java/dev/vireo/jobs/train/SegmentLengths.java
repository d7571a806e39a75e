// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.train;

import dev.vireo.jobs.config.CheckpointSettings;
import java.util.List;

/**
 * Where segments end: at every evaluation and checkpoint, after {@code train.segment-steps}, and so that none takes much
 * longer than half a minute. The time decides about the cut alone, never about what is computed.
 */
final class SegmentLengths {
    private static final double LONGEST_SECONDS = 30;
    /** The first segment, which loads the model, is short; so the user soon sees that it works. */
    private static final long FIRST = 2;

    private final CheckpointSettings settings;
    private final long steps;
    private final boolean heldOut;
    private double secondsPerStep = Double.NaN;

    /**
     * @param steps of the whole run
     * @param heldOut whether there are rows to evaluate
     */
    SegmentLengths(CheckpointSettings settings, long steps, boolean heldOut) {
        this.settings = settings;
        this.steps = steps;
        this.heldOut = heldOut;
    }

    /** Notes how long steps took. */
    void measured(List<StepRecord> steps) {
        measured(
                steps.size(),
                steps.stream()
                        .mapToDouble(step -> step.value(StepRecord.Names.SECONDS))
                        .sum());
    }

    /** Notes how long steps take. */
    void measured(long count, double seconds) {
        if (count > 0) {
            secondsPerStep = seconds / count;
        }
    }

    /** What a step took in the last segment; NaN before the first. */
    double secondsPerStep() {
        return secondsPerStep;
    }

    /** The step at which a segment ends. */
    long end(long start) {
        long length = Double.isNaN(secondsPerStep)
                ? FIRST
                : (long) Math.max(1, LONGEST_SECONDS / Math.max(secondsPerStep, 1e-6));
        long end = start + Math.min(length, settings.segmentSteps());
        end = Math.min(end, next(start, heldOut ? settings.evalEvery() : 0));
        return Math.min(end, next(start, settings.saveEvery()));
    }

    private long next(long start, int every) {
        return every == 0 ? steps : Math.min(steps, (start / every + 1) * every);
    }

    boolean evaluatesAt(long step) {
        return heldOut && isDue(step, settings.evalEvery());
    }

    /** Whether there are rows to evaluate. */
    boolean hasRows() {
        return heldOut;
    }

    boolean savesAt(long step) {
        return isDue(step, settings.saveEvery());
    }

    private boolean isDue(long step, int every) {
        return step == steps || (every > 0 && step % every == 0);
    }
}
