// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.runtime;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.util.ShutdownHookManager;

/**
 * Knows that this process was asked to end, by SIGTERM, Ctrl-C or its cluster's manager, and holds the end up for a while
 * for work that wants to come to a good point. Spark's own shutdown comes after. Safe for use by several threads.
 */
public final class Termination {
    private static final Termination OF_PROCESS = new Termination();
    /** Before Spark, which stops its context at 50. */
    private static final int PRIORITY = 100;

    private static final long RESULT_MILLIS = 1000;

    private int holds;
    private long graceMillis;
    private boolean installed;
    private volatile boolean requested;

    private Termination() {}

    /** The one of this process. */
    public static Termination ofProcess() {
        return OF_PROCESS;
    }

    /** Whether the process was asked to end. */
    public boolean isRequested() {
        return requested;
    }

    /**
     * Holds the end of the process up until the hold is released.
     *
     * @param grace for so long at most, from the moment at which the process is asked to end
     */
    public synchronized Hold hold(Duration grace) {
        if (!installed && !requested) {
            ShutdownHookManager.get().addShutdownHook(this::await, PRIORITY, 1, TimeUnit.DAYS);
            installed = true;
        }
        graceMillis = Math.max(graceMillis, grace.toMillis());
        holds++;
        return this::release;
    }

    private synchronized void release() {
        holds--;
        notifyAll();
    }

    private synchronized void await() {
        requested = true;
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(graceMillis);
        boolean held = holds > 0;
        try {
            while (holds > 0) {
                long rest = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
                if (rest <= 0) {
                    return;
                }
                wait(rest);
            }
            if (held) {
                // Spark sends a task's result after the task has let go.
                wait(RESULT_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Work that the end waits for. */
    @FunctionalInterface
    public interface Hold extends AutoCloseable {
        @Override
        void close();
    }
}
