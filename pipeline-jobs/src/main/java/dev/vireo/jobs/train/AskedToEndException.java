// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.train;

import java.io.IOException;

/** The process should come to an end, and stands at a point from which the next one goes on. */
final class AskedToEndException extends IOException {
    private static final long serialVersionUID = 1;

    AskedToEndException() {
        super("Cannot go on training: this process was asked to end");
    }
}
