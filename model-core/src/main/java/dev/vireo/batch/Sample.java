// SPDX-License-Identifier: Apache-2.0
package dev.vireo.batch;

import dev.vireo.image.ProcessedImage;
import java.util.Arrays;
import java.util.List;

/**
 * A row as token ids and tiles. Its prompt holds one placeholder id for each image; the batch puts the image's tokens in its
 * place. Arrays are not copied: nobody writes to them.
 */
public final class Sample {
    private final String rowId;
    private final int[] promptIds;
    private final List<ProcessedImage> images;
    private final int[] imageTokens;
    private final Answer chosen;
    private final Answer rejected;

    /**
     * @param imageTokens tokens of each image, in the order of the placeholders
     * @param rejected {@link Answer#none()} where the row is no pair
     */
    public Sample(
            String rowId,
            int[] promptIds,
            List<ProcessedImage> images,
            int[] imageTokens,
            Answer chosen,
            Answer rejected) {
        if (images.size() != imageTokens.length) {
            throw new IllegalArgumentException("Cannot make row " + rowId + ": " + images.size() + " images with "
                    + imageTokens.length + " token counts");
        }
        this.rowId = rowId;
        this.promptIds = promptIds;
        this.images = List.copyOf(images);
        this.imageTokens = imageTokens;
        this.chosen = chosen;
        this.rejected = rejected;
    }

    /** The same prompt and images with other answers. */
    public Sample withAnswers(Answer newChosen, Answer newRejected) {
        return new Sample(rowId, promptIds, images, imageTokens, newChosen, newRejected);
    }

    public String rowId() {
        return rowId;
    }

    public int[] promptIds() {
        return promptIds;
    }

    public List<ProcessedImage> images() {
        return images;
    }

    public int[] imageTokens() {
        return imageTokens;
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
                - imageTokens.length
                + Arrays.stream(imageTokens).sum();
    }

    /** Tokens that the packed sequence holds for this row. */
    public int tokens() {
        return prefixTokens() + chosen.length() + rejected.length();
    }
}
