// SPDX-License-Identifier: Apache-2.0
package dev.vireo.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.vireo.image.ProcessedImage;
import dev.vireo.nn.Block;
import java.util.List;

/** How a family lays the features of an image's tiles out as a sequence. */
public interface ImagePacking {
    /** From all tiles' features [B, P, D] and the layout to [image tokens, D]. */
    Block block();

    /** What the block needs to know about the images: int64, on the host. */
    NDArray layout(NDManager scope, List<ProcessedImage> images);
}
