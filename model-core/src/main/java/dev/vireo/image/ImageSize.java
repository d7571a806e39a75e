// SPDX-License-Identifier: Apache-2.0
package dev.vireo.image;

/**
 * The size of a picture, or of a piece of one, in pixels, its orientation applied where it will be.
 *
 * @param height at least 1
 * @param width at least 1
 */
public record ImageSize(int height, int width) {}
