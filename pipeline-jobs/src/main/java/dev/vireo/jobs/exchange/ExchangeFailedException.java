// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.exchange;

import org.jspecify.annotations.Nullable;

/** A sum over the workers did not complete; what it should have summed must not be applied. */
public final class ExchangeFailedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** What the worker that noticed saw itself. Of several workers' failures the driver believes those that are no mere end. */
    public enum Kind {
        /** A connection that ended: the other worker died, or left because of something else. */
        GONE,
        /** Silence until the deadline; a process that ended or broke off is not silent. */
        LATE,
        /** Something else than what was sent. */
        DAMAGED
    }

    private final int rank;
    private final long step;
    private final Kind kind;

    /**
     * @param rank the worker that noticed
     * @param step the optimizer step it was in; -1 before the first
     */
    public ExchangeFailedException(int rank, long step, String reason, @Nullable Throwable cause) {
        this(Kind.GONE, rank, step, reason, cause);
    }

    ExchangeFailedException(Kind kind, int rank, long step, String reason, @Nullable Throwable cause) {
        super(
                "Rank " + rank + (step < 0 ? "" : ", step " + step) + ": cannot exchange with the other workers: "
                        + reason,
                cause);
        this.rank = rank;
        this.step = step;
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
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
