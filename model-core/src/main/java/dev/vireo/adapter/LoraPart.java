// SPDX-License-Identifier: Apache-2.0
package dev.vireo.adapter;

/**
 * Where in one part of the model an adapter is placed, and how wide it is there.
 *
 * @param targets {@link #INHERITED} (what {@link LoraSettings#targets} takes of this part), {@link #NONE},
 *     {@code all-linear}, or a regular expression on the names of this part's modules
 * @param loraRank R; 0 is that of the {@link LoraSettings}
 * @param alpha 0 is that of the {@link LoraSettings}
 */
public record LoraPart(String targets, int loraRank, double alpha) {
    /** What the adapter's general targets take. */
    public static final String INHERITED = "inherit";
    /** No module. */
    public static final String NONE = "none";
    /** A part without settings of its own. */
    static final LoraPart AS_ALL = new LoraPart(INHERITED, 0, 0);

    public LoraPart {
        if (loraRank < 0) {
            throw new IllegalArgumentException("Invalid rank of a part: " + loraRank + " (expected 0 or more)");
        }
        if (!(alpha >= 0)) {
            throw new IllegalArgumentException("Invalid alpha of a part: " + alpha + " (expected 0 or more)");
        }
    }
}
