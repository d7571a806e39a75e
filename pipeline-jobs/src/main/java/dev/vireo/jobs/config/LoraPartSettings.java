// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.config;

import dev.vireo.adapter.LoraPart;
import java.io.Serializable;

/**
 * The adapter in one part of the model.
 *
 * @param targets {@link #INHERIT}, {@link #NONE}, {@link LoraSettings#ALL_LINEAR} or a regular expression on module names
 * @param loraRank 0 is that of the whole adapter
 * @param alpha 0 is that of the whole adapter
 */
public record LoraPartSettings(String targets, int loraRank, double alpha) implements Serializable {
    /** What {@code train.lora.targets} takes of this part. */
    public static final String INHERIT = "inherit";
    /** No module of this part. */
    public static final String NONE = "none";

    /** The same as the model's code takes it. */
    LoraPart part() {
        return new LoraPart(targets, loraRank, alpha);
    }

    static LoraPartSettings read(SettingsReader part) {
        LoraPartSettings settings =
                new LoraPartSettings(part.text("targets"), part.count("rank", 0), part.notNegative("alpha"));
        LoraSettings.requireExpression(part, settings.targets, "inherit, none, all-linear");
        return settings;
    }
}
