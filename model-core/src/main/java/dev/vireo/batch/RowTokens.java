// SPDX-License-Identifier: Apache-2.0
package dev.vireo.batch;

import dev.vireo.batch.PackedBatch.PromptTargets;
import dev.vireo.image.ImageSpan;
import java.util.Arrays;
import java.util.List;

/**
 * A row as token ids, without the pixels of its images. Its prompt holds one placeholder id for each image, or several.
 * Arrays are not copied: nobody writes to them.
 */
public final class RowTokens {
    private final String rowId;
    private final int[] promptIds;
    private final List<ImageSpan> imageSpans;
    private final Answer chosen;
    private final Answer rejected;

    /**
     * @param imageSpans tokens and placeholders of each image, in the order of the placeholders
     * @param chosen {@link Answer#none()} where there is none
     * @param rejected {@link Answer#none()} where the row is no pair
     */
    public RowTokens(String rowId, int[] promptIds, List<ImageSpan> imageSpans, Answer chosen, Answer rejected) {
        this.rowId = rowId;
        this.promptIds = promptIds;
        this.imageSpans = List.copyOf(imageSpans);
        this.chosen = chosen;
        this.rejected = rejected;
    }

    public String rowId() {
        return rowId;
    }

    public int[] promptIds() {
        return promptIds;
    }

    /** What each image takes. */
    public List<ImageSpan> imageSpans() {
        return imageSpans;
    }

    /** Tokens of all images. */
    public int imageTokens() {
        return imageSpans.stream().mapToInt(ImageSpan::tokens).sum();
    }

    public Answer chosen() {
        return chosen;
    }

    public Answer rejected() {
        return rejected;
    }

    /** Tokens of the prompt with its images. */
    public int prefixTokens() {
        return promptIds.length
                - imageSpans.stream().mapToInt(ImageSpan::placeholders).sum()
                + imageTokens();
    }

    /** Tokens that the packed sequence holds for this row. */
    public int tokens() {
        return prefixTokens() + chosen.length() + rejected.length();
    }

    /** Tokens of the negative log-likelihood that the row has, without packing it. */
    public int nllTokens(int imageTokenId, PromptTargets promptTargets) {
        int n = chosen.scoredTokens();
        if (promptTargets == PromptTargets.SCORED) {
            n += (int) Arrays.stream(promptIds)
                    .skip(1)
                    .filter(id -> id != imageTokenId)
                    .count();
        }
        return n;
    }
}
