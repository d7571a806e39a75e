// SPDX-License-Identifier: Apache-2.0
package dev.vireo.model;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import dev.vireo.image.ProcessedImage;
import java.util.List;

/** How a family's tower takes the tiles of images. */
public interface PixelInput {
    /** The pixels, uint8, and behind them what every block of the vision encoder is passed too. */
    NDList of(NDManager scope, List<ProcessedImage> images);
}
