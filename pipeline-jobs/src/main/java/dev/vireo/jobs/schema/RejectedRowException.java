// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.schema;

/** A record that cannot become a row. The text before the first colon is the kind of fault, the rest its details. */
public final class RejectedRowException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /**
     * @param reason what is wrong, with values
     */
    public RejectedRowException(String reason) {
        super(reason);
    }
}
