// SPDX-License-Identifier: Apache-2.0
package dev.vireo.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import dev.vireo.image.ProcessedImage;
import dev.vireo.nn.Block;
import dev.vireo.nn.Tape;
import java.util.List;
import java.util.stream.Stream;

/**
 * From tiles to the features that take the places of the image tokens.
 *
 * @param input the pixels, and what every block is told beside them
 * @param blocks the tower and the projector: from the pixels to [B, P, D]
 * @param packing from [B, P, D] of all tiles to the images' features, one row an image token
 */
public record VisionEncoder(PixelInput input, List<Block> blocks, ImagePacking packing) {
    public VisionEncoder {
        blocks = List.copyOf(blocks);
    }

    /** A tower and a projector of one block behind it. */
    public static VisionEncoder of(List<Block> tower, Block projector, ImagePacking packing) {
        return new VisionEncoder(
                Stream.concat(tower.stream(), Stream.of(projector)).toList(), packing);
    }

    /** An encoder of tiles that are all of one size, uint8 [B, 3, height, width]. */
    public VisionEncoder(List<Block> blocks, ImagePacking packing) {
        this(new StackedTiles(), blocks, packing);
    }

    /** The images' features, on the tape. */
    NDArray features(Tape tape, List<ProcessedImage> images) {
        NDManager scope = tape.scope();
        NDList made = input.of(scope, images);
        NDArray[] context = made.subNDList(1).toArray(new NDArray[0]);
        NDArray x = made.get(0);
        for (Block block : blocks) {
            x = tape.run(block, x, context);
        }
        return tape.run(packing.block(), x, packing.layout(scope, images));
    }
}
