// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.config;

import java.io.Serializable;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * What a critic is asked about two answers.
 *
 * @param prompt text with {@link #QUESTION}, {@link #FIRST} and {@link #SECOND}
 * @param first the critic's reply where it prefers the first answer
 * @param second its reply where it prefers the second
 * @param template chat template's text, or {@link #MODEL_TEMPLATE}
 */
public record JudgeSettings(String prompt, String first, String second, String template) implements Serializable {
    /** Where the row's question goes. */
    public static final String QUESTION = "{question}";
    /** Where the answer goes that is shown first. */
    public static final String FIRST = "{first}";
    /** Where the answer goes that is shown second. */
    public static final String SECOND = "{second}";
    /** The model's own chat template. */
    public static final String MODEL_TEMPLATE = "auto";

    public JudgeSettings {
        Objects.requireNonNull(prompt, "prompt");
    }

    static JudgeSettings read(SettingsReader reader) {
        JudgeSettings settings = new JudgeSettings(
                reader.text("prompt"), reader.text("first"), reader.text("second"), reader.text("template"));
        if (!Stream.of(QUESTION, FIRST, SECOND).allMatch(settings.prompt::contains)) {
            reader.invalid("prompt", "a text with " + QUESTION + ", " + FIRST + " and " + SECOND);
        }
        if (settings.first.equals(settings.second)) {
            reader.invalid("second", "another reply than judge.first");
        }
        return settings;
    }
}
