// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.config;

/**
 * Settings of {@code demo}.
 *
 * @param pictures of the preference pairs
 * @param askedPictures about which the model makes pairs itself
 * @param testPictures of the evaluation
 */
public record DemoSettings(int pictures, int askedPictures, int testPictures) {
    static DemoSettings read(SettingsReader reader) {
        return new DemoSettings(
                reader.count("pictures", 1), reader.count("asked-pictures", 1), reader.count("test-pictures", 1));
    }
}
