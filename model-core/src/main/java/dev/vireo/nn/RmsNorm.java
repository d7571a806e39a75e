// SPDX-License-Identifier: Apache-2.0
package dev.vireo.nn;

/**
 * A norm by the root mean square; {@code rms} in {@code Norm.py}.
 *
 * @param plus what is added to its weights: 1 in Gemma, whose identity is a weight of 0, else 0
 */
public record RmsNorm(double eps, double plus) {}
