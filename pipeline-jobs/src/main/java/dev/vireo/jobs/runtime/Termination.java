// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.runtime;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.apache.hadoop.util.ShutdownHookManager;
import org.jspecify.annotations.Nullable;

/**
 * Knows that this process was asked to end, by SIGTERM, Ctrl-C or its cluster's manager, and holds the end up for a while
 * for work that wants to come to a good point; other work is interrupted. Spark's own shutdown comes after. Safe for use by several threads.
 */
public final class Termination {
    private static final Termination OF_PROCESS = new Termination();
    /** Before Spark, which stops its context at 50. */
    private static final int PRIORITY = 100;

    private static final long RESULT_MILLIS = 1000;
    /** For what was interrupted to say so. */
    private static final long INTERRUPTED_MILLIS = 5000;

    private int holds;
    private long graceMillis;
    private boolean installed;
    private @Nullable Runnable interruption;
    private volatile boolean requested;
    private volatile boolean interrupted;

    private Termination() {}

    /** The one of this process. */
    public static Termination ofProcess() {
        return OF_PROCESS;
    }

    /** Whether the process was asked to end. */
    public boolean isRequested() {
        return requested;
    }

    /** Whether the work was made to stop because the process was asked to end. */
    public boolean hasInterrupted() {
        return interrupted;
    }

    /**
     * Holds the end of the process up until the hold is released.
     *
     * @param grace for so long at most, from the moment at which the process is asked to end
     */
    public synchronized Hold hold(Duration grace) {
        install();
        graceMillis = Math.max(graceMillis, grace.toMillis());
        holds++;
        return this::release;
    }

    /**
     * What makes the work of this process stop where nothing holds the end up; the end waits some seconds for it.
     *
     * @param interrupt called by another thread, at most once
     * @return to be closed when the work is over
     */
    public synchronized Hold interruptible(Runnable interrupt) {
        install();
        interruption = interrupt;
        return this::over;
    }

    private void install() {
        if (!installed && !requested) {
            ShutdownHookManager.get().addShutdownHook(this::await, PRIORITY, 1, TimeUnit.DAYS);
            installed = true;
        }
    }

    private synchronized void release() {
        holds--;
        notifyAll();
    }

    private synchronized void over() {
        interruption = null;
        notifyAll();
    }

    private synchronized void await() {
        requested = true;
        try {
            if (holds > 0) {
                waitWhile(() -> holds > 0, graceMillis);
                if (holds == 0) {
                    // Spark sends a task's result after the task has let go.
                    wait(RESULT_MILLIS);
                }
            } else if (interruption != null) {
                interrupted = true;
                interruption.run();
                waitWhile(() -> interruption != null, INTERRUPTED_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void waitWhile(BooleanSupplier condition, long millis) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        while (condition.getAsBoolean()) {
            long rest = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            if (rest <= 0) {
                return;
            }
            wait(rest);
        }
    }

    /** Work that the end waits for. */
    @FunctionalInterface
    public interface Hold extends AutoCloseable {
        @Override
        void close();
    }
}
