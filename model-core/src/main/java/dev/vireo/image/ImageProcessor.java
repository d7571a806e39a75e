// SPDX-License-Identifier: Apache-2.0
package dev.vireo.image;

import java.util.List;

/** From a picture to a model's tiles, as the model's own image processor makes them. Threads may share one. */
public interface ImageProcessor {
    /**
     * The picture's tiles before rescaling and normalisation.
     *
     * @throws ImageRejectedException if the model cannot take a picture of this shape
     */
    ProcessedImage process(RgbImage image);

    /** Tokens that a picture of this size takes in the sequence. */
    int imageTokens(int height, int width);

    /** The factor that makes numbers between 0 and 1 of uint8 levels. */
    double rescaleFactor();

    /** What is subtracted after rescaling, for red, green and blue. */
    List<Double> mean();

    /** What is divided by after that. */
    List<Double> std();
}
