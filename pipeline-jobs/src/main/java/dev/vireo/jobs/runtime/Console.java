// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.runtime;

import java.io.PrintStream;
import java.util.List;

/**
 * What the user reads while a job runs: results on one stream, progress and errors on the other. The only place that
 * writes to the process's output. Safe for use by several threads.
 */
public final class Console {
    private final PrintStream out;
    private final PrintStream err;
    private final boolean terminal;

    /**
     * @param out takes results
     * @param err takes progress and errors
     * @param terminal whether a progress line may be redrawn in place
     */
    public Console(PrintStream out, PrintStream err, boolean terminal) {
        this.out = out;
        this.err = err;
        this.terminal = terminal;
    }

    /** The console of this process. */
    public static Console ofProcess() {
        String known = System.getProperty("vireo.terminal");
        boolean terminal = known == null ? System.console() != null : Boolean.parseBoolean(known);
        return new Console(System.out, System.err, terminal);
    }

    /** A console whose results go elsewhere; progress and notes stay where they are. */
    public Console withResults(PrintStream results) {
        return new Console(results, err, terminal);
    }

    /** Prints one line of a result. */
    public void print(String line) {
        out.println(line);
        out.flush();
    }

    /** Prints one line that is no result: a step that begins, a warning. */
    public void note(String line) {
        err.println(line);
        err.flush();
    }

    /** Prints rows of cells under a header; columns of numbers are set to the right. */
    public void table(List<String> header, List<List<String>> rows) {
        new Table(header, rows).lines().forEach(this::print);
    }

    /** Prints an error with its trace. */
    public void trace(Throwable error) {
        error.printStackTrace(err);
    }

    /**
     * Starts to show how far something is.
     *
     * @param what the activity, such as {@code prepare}
     * @param unit of the count, in the plural, such as {@code rows}
     * @param total how many there will be; 0 if that is not known
     */
    public Progress progress(String what, String unit, long total) {
        return new Progress(err, terminal, what, unit, total, System::nanoTime);
    }
}
