// SPDX-License-Identifier: Apache-2.0
package dev.vireo.image.codec;

/**
 * What a file says before its pixels.
 *
 * @param height of the stored picture
 * @param width of the stored picture
 * @param orientation the EXIF value, 1 (as stored) to 8
 */
record ImageHeader(int height, int width, int orientation) {}
