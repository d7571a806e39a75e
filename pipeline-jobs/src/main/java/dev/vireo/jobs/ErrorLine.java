// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs;

import java.util.HashSet;
import java.util.Set;

/** Finds the one line of an error that a user needs. */
final class ErrorLine {
    private ErrorLine() {}

    /**
     * The first line of the innermost cause that has a message: Spark wraps what a task threw, with the task's trace in
     * the text.
     */
    static String of(Throwable error) {
        Throwable told = error;
        Set<Throwable> seen = new HashSet<>();
        for (Throwable each = error; each != null && seen.add(each); each = each.getCause()) {
            String message = each.getMessage();
            if (message != null && !message.isBlank()) {
                told = each;
            }
        }
        String message = told.getMessage();
        if (told instanceof OutOfMemoryError) {
            return "out of memory (" + message + "); give the process more memory";
        }
        return message == null || message.isBlank()
                ? told.getClass().getSimpleName() + " (run with --debug for the trace)"
                : message.strip().lines().findFirst().orElse(message);
    }
}
