// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.config;

/**
 * Settings of {@code evaluate}.
 *
 * @param gallery rows of the report's gallery
 * @param rows rows that are evaluated; 0 is all
 */
public record EvaluateSettings(int gallery, int rows) {
    static EvaluateSettings read(SettingsReader reader) {
        return new EvaluateSettings(reader.count("gallery", 0), reader.count("rows", 0));
    }
}
