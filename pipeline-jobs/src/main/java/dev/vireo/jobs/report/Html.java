// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.report;

/** Text as HTML. */
final class Html {
    private Html() {}

    /** Text between tags or in a quoted attribute. */
    static String text(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }
}
