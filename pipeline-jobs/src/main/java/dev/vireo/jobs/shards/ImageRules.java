// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.shards;

/**
 * How pictures became tiles.
 *
 * @param storage what shards hold of each
 * @param exifApplied whether the EXIF orientation was applied
 * @param maxPixels largest picture that was accepted, width times height before resizing
 */
public record ImageRules(ImageStorage storage, boolean exifApplied, long maxPixels) {}
