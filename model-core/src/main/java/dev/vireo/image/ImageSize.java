// SPDX-License-Identifier: Apache-2.0
package dev.vireo.image;

/**
 * The size of a picture in pixels, as decoding it will find it.
 *
 * @param height at least 1
 * @param width at least 1
 * @param orientation the EXIF orientation, 1 to 8, by which the picture is turned; 1 where it stays as it is stored
 */
public record ImageSize(int height, int width, int orientation) {}
