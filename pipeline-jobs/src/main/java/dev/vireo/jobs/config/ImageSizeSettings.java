// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.config;

/**
 * How large images may be in {@code prepare}.
 *
 * @param maxImagePixels largest image that is decoded, width times height
 * @param longestEdge longest edge that the model's processor receives, 0 for no limit
 * @param maxPixels most pixels that it receives, width times height, 0 for no limit
 */
public record ImageSizeSettings(int maxImagePixels, int longestEdge, int maxPixels) {
    static ImageSizeSettings read(SettingsReader reader) {
        return new ImageSizeSettings(
                reader.count("max-image-pixels", 1), reader.count("longest-edge", 0), reader.count("max-pixels", 0));
    }
}
