// SPDX-License-Identifier: Apache-2.0
package dev.vireo.checkpoint;

import java.util.ArrayList;
import java.util.List;

/**
 * The files of a model or adapter do not hold what they should: a broken file, a weight too many, missing or of another
 * shape, an option that is not understood. The message names the file, the entries concerned and what was expected.
 */
public final class CheckpointMismatchException extends RuntimeException {
    private static final int LISTED = 10;

    public CheckpointMismatchException(String message) {
        super(message);
    }

    public CheckpointMismatchException(String message, Throwable cause) {
        super(message, cause);
    }

    /** The first ten of {@code entries}, one a line, and how many more there are. */
    static String list(List<String> entries) {
        List<String> lines = new ArrayList<>(entries.subList(0, Math.min(LISTED, entries.size())));
        if (entries.size() > LISTED) {
            lines.add("... and " + (entries.size() - LISTED) + " more");
        }
        return "\n  " + String.join("\n  ", lines);
    }
}
