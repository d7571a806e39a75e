// SPDX-License-Identifier: Apache-2.0
package dev.vireo.nn;

/**
 * Sizes of a perceiver resampler.
 *
 * @param width D
 * @param latents L, the rows that come out for each tile
 * @param depth number of layers
 * @param heads H
 * @param keyValueHeads Hkv
 * @param headWidth E
 * @param eps of the norms
 */
public record PerceiverShape(
        int width,
        int latents,
        int depth,
        int heads,
        int keyValueHeads,
        int headWidth,
        Activation activation,
        double eps) {
    /** Width of the feed-forward. */
    public int feedForward() {
        return 4 * width;
    }

    /** Elements that a kept graph holds for each feature that goes in: in each layer its norm, keys and values, repeated for each head. */
    long graphElementsPerFeature() {
        return depth * (3L * width + (4L * keyValueHeads + 4L * heads) * headWidth);
    }
}
