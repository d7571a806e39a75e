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
 * @param prefix how the tokens of a prompt see each other
 * @param norm of the layers and the head
 * @param activation between the feed-forward's matrices
 */
public record DecoderShape(
        int width,
        int heads,
        int keyValueHeads,
        int headWidth,
        int feedForward,
        int window,
        Prefix prefix,
        RmsNorm norm,
        Activation activation) {
    /** How the tokens of a prompt see each other. */
    public enum Prefix {
        /** Each sees those before it. */
        CAUSAL,
        /** Each sees all of them. */
        BOTH_WAYS
    }

    public DecoderShape {
        if (prefix == Prefix.BOTH_WAYS && window > 0) {
            throw new IllegalArgumentException("Cannot build a decoder layer: a window of " + window
                    + " tokens and a prompt that attends both ways");
        }
    }

    /** As {@code Attention.py} takes it. */
    long reach() {
        return prefix == Prefix.BOTH_WAYS ? -1 : window;
    }

    /**
     * What {@code DecoderLayer.keep} keeps beside the layer's input and output: outputs of both norms and the sum between them,
     * q, k, v, the attention's output and its probabilities, gate, up and what they make.
     */
    GraphSize graph() {
        return new GraphSize(elementsPerToken(), heads, keptScoresPerToken());
    }

    private long elementsPerToken() {
        return 3L * width + 2L * (heads + keyValueHeads) * headWidth + 3L * feedForward;
    }

    /** Elements of attention's probabilities up to which the backward pass finds them instead of computing them again. */
    long keptScoresPerToken() {
        return elementsPerToken();
    }
}
