// SPDX-License-Identifier: Apache-2.0
package dev.vireo.nn;

/**
 * Sizes of a CLIP or SigLIP encoder layer.
 *
 * @param width D
 * @param headWidth E
 * @param feedForward F
 * @param eps of the norms
 */
public record VisionShape(int width, int headWidth, int feedForward, Activation activation, double eps) {}
