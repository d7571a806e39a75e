// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.config;

import java.io.Serializable;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * The trained adapter.
 *
 * @param loraRank rank of the two factors
 * @param alpha the adapter's output is multiplied by alpha / rank
 * @param dropout probability before the adapter
 * @param targets {@link #LANGUAGE}, {@link #ALL_LINEAR} or a regular expression on module names
 */
public record LoraSettings(int loraRank, double alpha, double dropout, String targets) implements Serializable {
    /** All linear modules of the language model, without the output head. */
    public static final String LANGUAGE = "language";
    /** All linear modules, those of tower and projector too, without the output head. */
    public static final String ALL_LINEAR = "all-linear";

    static LoraSettings read(SettingsReader lora) {
        LoraSettings settings = new LoraSettings(
                lora.count("rank", 1), lora.positive("alpha"), lora.fraction("dropout"), lora.text("targets"));
        try {
            Pattern.compile(settings.targets);
        } catch (PatternSyntaxException e) {
            lora.invalid("targets", "language, all-linear or a regular expression: " + e.getDescription());
        }
        return settings;
    }
}
