// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.config;

/**
 * Settings of {@code score}.
 *
 * @param batchSize rows in one forward pass
 * @param maxTokens tokens of a forward pass where rows are packed by length; 0 where they are counted
 */
public record ScoreSettings(int batchSize, int maxTokens) {
    static ScoreSettings read(SettingsReader reader) {
        return new ScoreSettings(reader.count("batch-size", 1), reader.count("max-tokens-per-batch", 0));
    }
}
