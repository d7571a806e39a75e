// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.config;

/**
 * Settings of {@code plan}.
 *
 * @param tokens of the longest row, where no rows are given
 * @param answerTokens of its answers among them
 * @param tiles of its images
 * @param memoryGigabytes of a worker's machine; 0 is this machine's
 * @param flops floating-point operations a second of a step; 0 measures
 * @param price of a worker's hour
 */
public record PlanSettings(
        int tokens, int answerTokens, int tiles, double memoryGigabytes, double flops, double price) {
    /** 0 where the machine decides. */
    public long memoryBytes() {
        return (long) (memoryGigabytes * 1e9);
    }

    static PlanSettings read(SettingsReader reader) {
        PlanSettings settings = new PlanSettings(
                reader.count("tokens", 1),
                reader.count("answer-tokens", 1),
                reader.count("tiles", 0),
                reader.notNegative("memory"),
                reader.notNegative("flops"),
                reader.notNegative("price"));
        if (settings.answerTokens > settings.tokens) {
            reader.invalid("answer-tokens", "<= plan.tokens, which is " + settings.tokens);
        }
        return settings;
    }
}
