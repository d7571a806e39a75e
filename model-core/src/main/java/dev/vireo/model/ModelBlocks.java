// SPDX-License-Identifier: Apache-2.0
package dev.vireo.model;

import dev.vireo.checkpoint.StoredModules;
import dev.vireo.nn.Block;
import java.util.ArrayList;
import java.util.List;

/**
 * The blocks of a model.
 *
 * @param stored what its files hold beside them
 */
public record ModelBlocks(VisionEncoder vision, TextDecoder text, StoredModules stored) {
    /** From the pixels to the vocabulary. */
    public List<Block> all() {
        List<Block> blocks = new ArrayList<>(vision.blocks());
        blocks.add(vision.packing().block());
        blocks.add(text.embedding());
        blocks.addAll(text.layers());
        blocks.add(text.head());
        return blocks;
    }
}
