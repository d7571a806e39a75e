// SPDX-License-Identifier: Apache-2.0
package dev.vireo.model;

import dev.vireo.nn.Block;
import dev.vireo.tensor.Script;
import java.util.List;

/**
 * The language model's blocks.
 *
 * @param embedding token table, with image features put in place
 * @param rotary the script whose method {@code angles} turns positions into cos and sin
 * @param head final norm and output embedding
 * @param width D
 * @param keyValueHeads Hkv
 * @param headWidth E
 * @param vocabulary V
 * @param window tokens that a token sees, itself included; 0 is all before it
 */
public record TextDecoder(
        Block embedding,
        Script rotary,
        List<Block> layers,
        Block head,
        int width,
        int keyValueHeads,
        int headWidth,
        int vocabulary,
        int window) {
    public TextDecoder {
        layers = List.copyOf(layers);
    }
}
