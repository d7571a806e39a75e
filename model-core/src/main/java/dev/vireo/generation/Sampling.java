// SPDX-License-Identifier: Apache-2.0
package dev.vireo.generation;

import java.io.Serializable;

/**
 * How answers are drawn. Filters apply in the order temperature, top-k, top-p, as in transformers.
 *
 * @param samples answers for each row
 * @param temperature the logits are divided by it; 0 takes the most likely token (the lowest id of several)
 * @param topP the most likely tokens that together reach this probability are kept; 1 keeps all
 * @param topK that many of the most likely tokens are kept; 0 keeps all
 * @param maxNewTokens longest answer in tokens, the end token included
 * @param seed of the draws; with the row's id and the sample's number it fixes an answer
 */
public record Sampling(int samples, double temperature, double topP, int topK, int maxNewTokens, long seed)
        implements Serializable {
    public Sampling {
        require(samples >= 1, "samples", samples, ">= 1");
        require(temperature >= 0 && Double.isFinite(temperature), "temperature", temperature, ">= 0");
        require(topP > 0 && topP <= 1, "topP", topP, "> 0 and <= 1");
        require(topK >= 0, "topK", topK, ">= 0");
        require(maxNewTokens >= 1, "maxNewTokens", maxNewTokens, ">= 1");
    }

    /** One answer of the most likely tokens. */
    public static Sampling greedy(int maxNewTokens) {
        return new Sampling(1, 0, 1, 0, maxNewTokens, 0);
    }

    private static void require(boolean holds, String name, Number value, String expected) {
        if (!holds) {
            throw new IllegalArgumentException("Invalid " + name + ": " + value + " (expected " + expected + ")");
        }
    }
}
