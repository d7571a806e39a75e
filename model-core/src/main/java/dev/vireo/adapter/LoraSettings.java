// SPDX-License-Identifier: Apache-2.0
package dev.vireo.adapter;

/**
 * A new adapter.
 *
 * @param loraRank R, the rank of the two factors
 * @param alpha B A is multiplied by alpha / R
 * @param dropout probability that an input of the adapter is dropped while it is trained
 * @param targets {@code language}, {@code all-linear} or a regular expression; see
 *     {@link dev.vireo.checkpoint.ModuleMatcher}
 */
public record LoraSettings(int loraRank, double alpha, double dropout, String targets) {
    public LoraSettings {
        if (loraRank < 1) {
            throw new IllegalArgumentException("Invalid lora.rank: " + loraRank + " (expected at least 1)");
        }
        if (!(alpha > 0)) {
            throw new IllegalArgumentException("Invalid lora.alpha: " + alpha + " (expected above 0)");
        }
        if (!(dropout >= 0 && dropout < 1)) {
            throw new IllegalArgumentException("Invalid lora.dropout: " + dropout + " (expected at least 0, below 1)");
        }
    }
}
