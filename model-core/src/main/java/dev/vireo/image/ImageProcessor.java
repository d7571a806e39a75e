// SPDX-License-Identifier: Apache-2.0
package dev.vireo.image;

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
}
