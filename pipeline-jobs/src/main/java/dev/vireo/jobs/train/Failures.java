// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.train;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Segments that failed one after the other. Confined to the driver's loop. */
final class Failures {
    private final int most;
    private int inARow;
    private @Nullable SegmentFailedException first;

    /** @param most in a row after which training stops, {@code train.max-failures} */
    Failures(int most) {
        this.most = most;
    }

    /** Counts a failure, and throws the first one if there were too many or this one would come again. */
    void add(SegmentFailedException failure) throws IOException {
        inARow++;
        SegmentFailedException told = first == null ? failure : first;
        first = told;
        if (failure.isPermanent() || inARow >= most) {
            String times = inARow == 1 ? "" : inARow + " segments failed in a row, the first: ";
            // Without the cause in the chain, whose last message would stand for all of this.
            IOException stopped = new IOException("Cannot go on training: " + times + told.getMessage());
            stopped.addSuppressed(told);
            throw stopped;
        }
    }

    /** Begins to count anew: a segment was done. */
    void forget() {
        inARow = 0;
        first = null;
    }
}
