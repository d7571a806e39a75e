// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.exchange;

import org.jspecify.annotations.Nullable;

/** A sum over the workers did not complete; what it should have summed must not be applied. */
public final class ExchangeFailedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int rank;
    private final long step;
    private final boolean late;

    /**
     * @param rank the worker that noticed
     * @param step the optimizer step it was in; -1 before the first
     */
    public ExchangeFailedException(int rank, long step, String reason, @Nullable Throwable cause) {
        this(rank, step, reason, cause, false);
    }

    private ExchangeFailedException(int rank, long step, String reason, @Nullable Throwable cause, boolean late) {
        super(
                "Rank " + rank + (step < 0 ? "" : ", step " + step) + ": cannot exchange with the other workers: "
                        + reason,
                cause);
        this.rank = rank;
        this.step = step;
        this.late = late;
    }

    /** The failure of a worker that waited for another one until the deadline. */
    static ExchangeFailedException late(int rank, long step, String reason, Throwable cause) {
        return new ExchangeFailedException(rank, step, reason, cause, true);
    }

    /** Whether another worker was silent until the deadline; a process that ended or broke off is not silent. */
    public boolean isLate() {
        return late;
    }

    /** The worker that noticed. */
    public int rank() {
        return rank;
    }

    /** The optimizer step it was in; -1 before the first. */
    public long step() {
        return step;
    }
}
