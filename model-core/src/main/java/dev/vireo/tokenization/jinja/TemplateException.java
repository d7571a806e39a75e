// SPDX-License-Identifier: Apache-2.0
package dev.vireo.tokenization.jinja;

import dev.vireo.tokenization.python.PythonException;

/** A template cannot be rendered: it is wrong, it raised, or it asks for something that is not imitated exactly. */
public final class TemplateException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    private final boolean refused;

    private TemplateException(int line, String reason, boolean refused) {
        super("Cannot render the chat template: line " + line + ": " + reason);
        this.refused = refused;
    }

    static TemplateException wrong(int line, String reason) {
        return new TemplateException(line, reason, false);
    }

    static TemplateException refused(int line, String construct) {
        return new TemplateException(line, construct + " is not supported", true);
    }

    static TemplateException at(int line, PythonException cause) {
        return new TemplateException(line, cause.getMessage() == null ? "" : cause.getMessage(), cause.isRefused());
    }

    /** Whether jinja2 itself would have rendered the template. */
    public boolean isRefused() {
        return refused;
    }
}
