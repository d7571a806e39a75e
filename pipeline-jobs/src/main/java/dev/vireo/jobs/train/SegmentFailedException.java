// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.train;

/** A gang did not finish its segment. */
final class SegmentFailedException extends Exception {
    private static final long serialVersionUID = 1;

    private final boolean permanent;

    /**
     * @param reason of the worker that failed first
     * @param permanent whether repeating would fail again
     */
    SegmentFailedException(String reason, boolean permanent, Throwable cause) {
        super(reason, cause);
        this.permanent = permanent;
    }

    boolean isPermanent() {
        return permanent;
    }
}
