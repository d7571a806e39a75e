// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.config;

/**
 * Settings of {@code score}.
 *
 * @param batchSize rows in one forward pass
 */
public record ScoreSettings(int batchSize) {
    static ScoreSettings read(SettingsReader reader) {
        return new ScoreSettings(reader.count("batch-size", 1));
    }
}
