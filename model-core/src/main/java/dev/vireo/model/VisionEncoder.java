// SPDX-License-Identifier: Apache-2.0
package dev.vireo.model;

import dev.vireo.nn.Block;
import java.util.List;
import java.util.stream.Stream;

/**
 * From tiles to the features that take the places of the image tokens.
 *
 * @param blocks the tower and the projector: uint8 tiles [B, 3, height, width] to [B, P, D]
 * @param packing from [B, P, D] of all tiles to the images' features, one row an image token
 */
public record VisionEncoder(List<Block> blocks, ImagePacking packing) {
    public VisionEncoder {
        blocks = List.copyOf(blocks);
    }

    /** A tower and a projector of one block behind it. */
    public static VisionEncoder of(List<Block> tower, Block projector, ImagePacking packing) {
        return new VisionEncoder(
                Stream.concat(tower.stream(), Stream.of(projector)).toList(), packing);
    }
}
