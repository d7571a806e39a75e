// SPDX-License-Identifier: Apache-2.0
package dev.vireo.merging;

/**
 * How far a combination is from the mean D of the adapters: |B A - D| / |D|, Frobenius norms.
 *
 * @param loraRank the largest rank of a module
 * @param relative over all modules together
 * @param worst of the module that is farthest
 * @param worstModule its name
 */
public record Divergence(Combination combination, int loraRank, double relative, double worst, String worstModule) {}
