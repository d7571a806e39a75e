// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.config;

/**
 * Settings of {@code generate}.
 *
 * @param samples answers for each row
 * @param temperature of the sampling; 0 is greedy
 * @param topP probability that the kept tokens reach together; 1 keeps all
 * @param topK how many tokens are kept; 0 keeps all
 * @param maxNewTokens longest answer in tokens
 * @param seed fixes a row's answers together with the row's id
 * @param batchSize answers that are computed together
 * @param critic who compares the answers and makes pairs
 * @param judge what the critic is asked
 */
public record GenerateSettings(
        int samples,
        double temperature,
        double topP,
        int topK,
        int maxNewTokens,
        long seed,
        int batchSize,
        Critic critic,
        JudgeSettings judge) {
    /** Who compares the answers of a row. */
    public enum Critic {
        /** Nobody; candidates are the result. */
        NONE,
        /** The model picks among its own answers. */
        SELF
    }

    static GenerateSettings read(SettingsReader reader) {
        GenerateSettings settings = new GenerateSettings(
                reader.count("samples", 1),
                reader.notNegative("temperature"),
                reader.number("top-p", value -> value > 0 && value <= 1, "> 0 and <= 1"),
                reader.count("top-k", 0),
                reader.count("max-new-tokens", 1),
                reader.seed("seed"),
                reader.count("batch-size", 1),
                reader.choice("critic", Critic.class),
                JudgeSettings.read(reader.below("judge")));
        if (settings.critic == Critic.SELF && settings.samples < 2) {
            reader.invalid("samples", ">= 2 with generate.critic=self, which compares answers");
        }
        if (settings.samples > 1 && settings.temperature == 0) {
            reader.invalid("temperature", "> 0 with generate.samples > 1, as greedy answers are all the same");
        }
        return settings;
    }
}
