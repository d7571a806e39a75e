// SPDX-License-Identifier: Apache-2.0
package dev.vireo.nn;

/**
 * A linear module of a block: what a LoRA adapter can be attached to.
 *
 * @param name its name in transformers, {@code model.language_model.layers.0.self_attn.q_proj} say
 * @param slot place of its weight among the block's parameters
 */
public record LinearModule(String name, int slot, int inFeatures, int outFeatures) {
    /** Places that a linear module takes among the block's parameters; {@code Linear.py} names them. */
    static final int PLACES = 8;
    /** The first of the places that an adapter fills, and the first behind them. */
    static final int ADAPTER = 2;

    static final int ADAPTER_END = 6;
    /** The place of DoRA's magnitude. */
    static final int MAGNITUDE = 5;
}
