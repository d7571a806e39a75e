// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.train;

import com.google.gson.JsonObject;
import java.util.Locale;

/**
 * How a driver's work on a run ended: {@code end} in {@code run.json}. A file without it is of a driver that still works, or was
 * killed.
 *
 * @param kind what made it end
 * @param step optimizer steps done; of a failure those that a next driver starts from
 * @param reason in words: the threshold, the rows, or what failed
 */
record RunEnd(Kind kind, long step, String reason) {
    /** What made a driver end. */
    enum Kind {
        /** All steps are done. */
        STEPS_DONE,
        /** A rule of {@code train.stop}. */
        STOPPED_EARLY,
        /** {@code SIGTERM} or Ctrl-C; the same command goes on. */
        ASKED_TO_END,
        /** Anything else, such as rows without a finite gradient or workers that are lost again and again. */
        FAILED
    }

    /** Of what came out of the loop instead of an end. */
    static RunEnd of(Exception failure, long step) {
        Kind kind = failure instanceof AskedToEndException ? Kind.ASKED_TO_END : Kind.FAILED;
        return new RunEnd(kind, step, String.valueOf(failure.getMessage()));
    }

    JsonObject toJson() {
        JsonObject end = new JsonObject();
        end.addProperty("kind", kind.name().toLowerCase(Locale.ROOT).replace('_', '-'));
        end.addProperty("step", step);
        end.addProperty("reason", reason);
        return end;
    }
}
