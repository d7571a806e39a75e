// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.config;

/**
 * What help says about one setting.
 *
 * @param key full path, such as {@code train.beta}
 * @param defaultValue the default as it is written in a file
 * @param meaning meaning and unit
 */
public record SettingDescription(String key, String defaultValue, String meaning) {}
