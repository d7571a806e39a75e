// SPDX-License-Identifier: Apache-2.0
package dev.vireo.image;

import java.util.List;

/** From a picture to a model's tiles, as the model's own image processor makes them. Threads may share one. */
public interface ImageProcessor {
    /**
     * The picture's tiles before rescaling and normalisation.
     *
     * @param rowImages pictures of its row, itself included: some models do not tile one of several
     * @throws ImageRejectedException if the model cannot take a picture of this shape
     */
    ProcessedImage process(RgbImage image, int rowImages);

    /** The tiles of a picture that is alone in its row. */
    default ProcessedImage process(RgbImage image) {
        return process(image, 1);
    }

    /**
     * Tokens that a picture of this size takes in the sequence.
     *
     * @param rowImages pictures of its row, itself included
     */
    int imageTokens(int height, int width, int rowImages);

    /** Tokens of a picture that is alone in its row. */
    default int imageTokens(int height, int width) {
        return imageTokens(height, width, 1);
    }

    /**
     * The same, and by how many placeholders {@link #inPrompt} has them stand in the prompt.
     *
     * @param rowImages pictures of its row, itself included
     */
    default ImageSpan span(int height, int width, int rowImages) {
        return new ImageSpan(imageTokens(height, width, rowImages), 1);
    }

    /** What the model's own processor makes of transparent pixels, before {@link #process} is given the picture. */
    default Transparency transparency() {
        return Transparency.OVER_WHITE;
    }

    /**
     * A prompt's text as the model's own processor makes it: around the placeholders of some models stand other tokens, and a
     * picture that is cut has a placeholder for each piece.
     *
     * @param text with the template's placeholder for each picture
     * @param sizes of the row's pictures, as {@link #process} was given them
     */
    default String inPrompt(String text, List<ImageSize> sizes) {
        return text;
    }
}
