// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.config;

/**
 * Settings of {@code evaluate}.
 *
 * @param gallery rows of the report's gallery
 * @param rows rows that are evaluated; 0 is all
 * @param batchSize rows in one forward pass
 * @param maxTokens tokens of a forward pass where rows are packed by length; 0 where they are counted
 * @param beta ORPO's lambda and DPO's beta in losses and rewards
 * @param maxNewTokens longest free answer in tokens
 */
public record EvaluateSettings(int gallery, int rows, int batchSize, int maxTokens, double beta, int maxNewTokens) {
    static EvaluateSettings read(SettingsReader reader) {
        return new EvaluateSettings(
                reader.count("gallery", 0),
                reader.count("rows", 0),
                reader.count("batch-size", 1),
                reader.count("max-tokens-per-batch", 0),
                reader.positive("beta"),
                reader.count("max-new-tokens", 1));
    }
}
