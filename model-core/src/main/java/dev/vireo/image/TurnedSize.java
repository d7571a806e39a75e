// SPDX-License-Identifier: Apache-2.0
package dev.vireo.image;

/**
 * The size of an encoded picture as decoding it will find it.
 *
 * @param size after turning, and within the decoder's limits
 * @param whole after turning alone: the same unless the limits make the picture smaller
 * @param orientation the EXIF orientation, 1 to 8, by which the picture is turned; 1 where it stays as it is stored
 */
public record TurnedSize(ImageSize size, ImageSize whole, int orientation) {}
