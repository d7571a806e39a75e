// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** The page's style sheet and script. */
final class ReportStyle {
    /** How many colours the style sheet has for runs. */
    static final int COLORS = 6;

    private ReportStyle() {}

    static String css() {
        return resource("report.css");
    }

    static String script() {
        return resource("report.js");
    }

    private static String resource(String name) {
        try (InputStream in = ReportStyle.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("Cannot find the resource " + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read the resource " + name, e);
        }
    }
}
