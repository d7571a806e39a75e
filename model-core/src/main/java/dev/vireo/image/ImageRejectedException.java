// SPDX-License-Identifier: Apache-2.0
package dev.vireo.image;

/** A picture that cannot be used; the message is a short reason that fits into a table of rejected rows. */
public final class ImageRejectedException extends RuntimeException {
    public ImageRejectedException(String reason) {
        super(reason);
    }

    public ImageRejectedException(String reason, Throwable cause) {
        super(reason, cause);
    }
}
