// SPDX-License-Identifier: Apache-2.0
package dev.vireo.tokenization.python;

/** Python would raise here, or would do something that this package does not do exactly and therefore refuses. */
public final class PythonException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    private final boolean refused;

    private PythonException(String message, boolean refused) {
        super(message);
        this.refused = refused;
    }

    /** What Python itself would raise. */
    public static PythonException raised(String message) {
        return new PythonException(message, false);
    }

    /** Something that Python can do and this package cannot do exactly. */
    public static PythonException refused(String construct) {
        return new PythonException(construct + " is not supported", true);
    }

    /** Whether Python would have gone on. */
    public boolean isRefused() {
        return refused;
    }
}
