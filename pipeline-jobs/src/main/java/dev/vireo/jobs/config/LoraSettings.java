// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.config;

import dev.vireo.checkpoint.LoraVariant;
import dev.vireo.checkpoint.ModelPart;
import java.io.Serializable;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * The trained adapter.
 *
 * @param loraRank rank of the two factors
 * @param alpha the adapter's output is multiplied by alpha / rank
 * @param dropout probability before the adapter
 * @param targets {@link #LANGUAGE}, {@link #ALL_LINEAR} or a regular expression on module names
 * @param rankStabilised rsLoRA: alpha / sqrt(rank) instead
 * @param dora whether each output has a trained magnitude
 * @param plusRatio LoRA+: the learning rate of B and the magnitude over that of A
 * @param tower the adapter in the image tower
 * @param projector the adapter between tower and language model
 * @param language the adapter in the language model
 */
public record LoraSettings(
        int loraRank,
        double alpha,
        double dropout,
        String targets,
        boolean rankStabilised,
        boolean dora,
        double plusRatio,
        LoraPartSettings tower,
        LoraPartSettings projector,
        LoraPartSettings language)
        implements Serializable {
    /** All linear modules of the language model, without the output head. */
    public static final String LANGUAGE = "language";
    /** All linear modules, those of tower and projector too, without the output head. */
    public static final String ALL_LINEAR = "all-linear";

    /** The same as the model's code takes it. */
    public dev.vireo.adapter.LoraSettings adapter() {
        return new dev.vireo.adapter.LoraSettings(
                loraRank,
                alpha,
                dropout,
                targets,
                new LoraVariant(rankStabilised, dora),
                Map.of(
                        ModelPart.TOWER, tower.part(),
                        ModelPart.PROJECTOR, projector.part(),
                        ModelPart.LANGUAGE, language.part()));
    }

    static LoraSettings read(SettingsReader lora) {
        LoraSettings settings = new LoraSettings(
                lora.count("rank", 1),
                lora.positive("alpha"),
                lora.fraction("dropout"),
                lora.text("targets"),
                lora.flag("rslora"),
                lora.flag("dora"),
                lora.positive("plus-ratio"),
                LoraPartSettings.read(lora.below("tower")),
                LoraPartSettings.read(lora.below("projector")),
                LoraPartSettings.read(lora.below("language")));
        requireExpression(lora, settings.targets, "language, all-linear");
        if (settings.tower.targets().equals(LoraPartSettings.NONE)
                && settings.projector.targets().equals(LoraPartSettings.NONE)
                && settings.language.targets().equals(LoraPartSettings.NONE)) {
            lora.below("language").invalid("targets", "something else than none, as tower and projector have none too");
        }
        return settings;
    }

    static void requireExpression(SettingsReader reader, String targets, String words) {
        try {
            Pattern.compile(targets);
        } catch (PatternSyntaxException e) {
            reader.invalid("targets", words + " or a regular expression: " + e.getDescription());
        }
    }
}
