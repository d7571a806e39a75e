// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.runtime;

import java.io.PrintStream;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * Shows how far an activity is, at which rate, and how long it will still take: a bar that is redrawn in place on a
 * terminal, one line every ten seconds elsewhere. Safe for use by several threads.
 */
public final class Progress implements AutoCloseable {
    private static final long REDRAW_NANOS = 200_000_000L;
    private static final long LINE_NANOS = 10_000_000_000L;
    private static final int BAR_WIDTH = 24;

    private final PrintStream stream;
    private final boolean terminal;
    private final String what;
    private final String unit;
    private final long total;
    private final LongSupplier nanoTime;
    private final long start;
    private long first = -1;
    private long done;
    private long shown;
    private int width;
    private String fields = "";

    Progress(PrintStream stream, boolean terminal, String what, String unit, long total, LongSupplier nanoTime) {
        this.stream = stream;
        this.terminal = terminal;
        this.what = what;
        this.unit = unit;
        this.total = total;
        this.nanoTime = nanoTime;
        this.start = nanoTime.getAsLong();
        this.shown = start - (terminal ? REDRAW_NANOS : 0);
    }

    /**
     * Says how many are done; the first call gives the starting point of the rate, so that resumed work does not count.
     *
     * @param nowDone the whole count, not an increment
     * @param nowFields further text, such as {@code loss 0.41}
     */
    public synchronized void update(long nowDone, String nowFields) {
        if (first < 0) {
            first = nowDone;
        }
        done = nowDone;
        fields = nowFields;
        long now = nanoTime.getAsLong();
        if (now - shown >= (terminal ? REDRAW_NANOS : LINE_NANOS)) {
            shown = now;
            show(now);
        }
    }

    /** Shows the last state and ends the line. */
    @Override
    public synchronized void close() {
        show(nanoTime.getAsLong());
        if (terminal) {
            stream.println();
        }
        stream.flush();
    }

    private void show(long now) {
        String line = line(now);
        if (terminal) {
            stream.print("\r" + line + " ".repeat(Math.max(0, width - line.length())));
            stream.flush();
            width = line.length();
        } else {
            stream.println(line);
        }
    }

    private String line(long now) {
        StringBuilder line = new StringBuilder(what).append(' ');
        if (total > 0) {
            if (terminal) {
                int filled = (int) (BAR_WIDTH * Math.min(done, total) / total);
                line.append('[')
                        .append("#".repeat(filled))
                        .append("-".repeat(BAR_WIDTH - filled))
                        .append("] ");
            }
            line.append(done).append('/').append(total);
        } else {
            line.append(done);
        }
        line.append(' ').append(unit);
        double seconds = (now - start) / 1e9;
        double rate = (done - Math.max(first, 0)) / Math.max(seconds, 1e-9);
        if (rate > 0 && seconds > 0) {
            line.append(String.format(Locale.ROOT, ", %s %s/s", Table.number(rate), unit));
            line.append(done < total ? ", " + clock((total - done) / rate) + " left" : ", " + clock(seconds));
        }
        return fields.isEmpty()
                ? line.toString()
                : line.append(", ").append(fields).toString();
    }

    /** A duration as minutes and seconds, with hours where there are some: 0:09, 1:02:03. */
    public static String clock(double seconds) {
        long whole = Math.round(seconds);
        return whole < 3600
                ? String.format(Locale.ROOT, "%d:%02d", whole / 60, whole % 60)
                : String.format(Locale.ROOT, "%d:%02d:%02d", whole / 3600, whole / 60 % 60, whole % 60);
    }
}
