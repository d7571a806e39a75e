// SPDX-License-Identifier: Apache-2.0
package dev.vireo.nn;

/**
 * Sizes of a decoder layer.
 *
 * @param width D
 * @param heads H
 * @param keyValueHeads Hkv
 * @param headWidth E
 * @param feedForward F
 * @param window tokens that a token sees, itself included; 0 is all before it
 * @param eps of the norms
 */
public record DecoderShape(
        int width, int heads, int keyValueHeads, int headWidth, int feedForward, int window, double eps) {
    /** Elements that autograd saves for each token: inputs of the linears, norms in float32, attention's q, k, v and output. */
    long graphElementsPerToken() {
        return 12L * width + 4L * (heads + 2L * keyValueHeads) * headWidth + 4L * heads * headWidth + 5L * feedForward;
    }
}
