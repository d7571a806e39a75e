// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.config;

import java.io.Serializable;

/**
 * Limits of {@code prepare} in tokens, each 0 for none.
 *
 * @param maxTokens longest row: the prompt with its image tokens and the longer answer
 * @param maxPromptTokens longest prompt with its image tokens
 * @param maxAnswerTokens longest answer
 */
public record LengthSettings(int maxTokens, int maxPromptTokens, int maxAnswerTokens) implements Serializable {
    static LengthSettings read(SettingsReader reader) {
        return new LengthSettings(
                reader.count("max-tokens", 0),
                reader.count("max-prompt-tokens", 0),
                reader.count("max-answer-tokens", 0));
    }
}
