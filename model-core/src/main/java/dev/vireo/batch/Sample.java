// SPDX-License-Identifier: Apache-2.0
package dev.vireo.batch;

import dev.vireo.image.ImageSpan;
import dev.vireo.image.ProcessedImage;
import java.util.List;

/** A row as token ids and tiles; the batch puts an image's tokens in the places of its placeholders. */
public final class Sample {
    private final RowTokens row;
    private final List<ProcessedImage> images;

    /** @param images as many as the row has token counts of images */
    public Sample(RowTokens row, List<ProcessedImage> images) {
        if (images.size() != row.imageSpans().size()) {
            throw new IllegalArgumentException("Cannot make row " + row.rowId() + ": " + images.size() + " images with "
                    + row.imageSpans().size() + " token counts");
        }
        this.row = row;
        this.images = List.copyOf(images);
    }

    /**
     * @param imageSpans tokens and placeholders of each image, in the order of the placeholders
     * @param rejected {@link Answer#none()} where the row is no pair
     */
    public Sample(
            String rowId,
            int[] promptIds,
            List<ProcessedImage> images,
            List<ImageSpan> imageSpans,
            Answer chosen,
            Answer rejected) {
        this(new RowTokens(rowId, promptIds, imageSpans, chosen, rejected), images);
    }

    /** The same prompt and images with other answers. */
    public Sample withAnswers(Answer newChosen, Answer newRejected) {
        return withPrompt(promptIds(), newChosen, newRejected);
    }

    /** The same images in another prompt with other answers. */
    public Sample withPrompt(int[] newPromptIds, Answer newChosen, Answer newRejected) {
        return new Sample(rowId(), newPromptIds, images, imageSpans(), newChosen, newRejected);
    }

    /** The row without pixels. */
    public RowTokens row() {
        return row;
    }

    public String rowId() {
        return row.rowId();
    }

    public int[] promptIds() {
        return row.promptIds();
    }

    public List<ProcessedImage> images() {
        return images;
    }

    /** What each image takes. */
    public List<ImageSpan> imageSpans() {
        return row.imageSpans();
    }

    /** Tokens of all images. */
    public int imageTokens() {
        return row.imageTokens();
    }

    public Answer chosen() {
        return row.chosen();
    }

    public Answer rejected() {
        return row.rejected();
    }

    /** Tokens of the prompt with its images. */
    public int prefixTokens() {
        return row.prefixTokens();
    }

    /** Tokens that the packed sequence holds for this row. */
    public int tokens() {
        return row.tokens();
    }
}
