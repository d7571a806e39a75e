// SPDX-License-Identifier: Apache-2.0
package dev.vireo.nn;

/**
 * A linear module of a block: what a LoRA adapter can be attached to.
 *
 * @param name its name in transformers, {@code model.language_model.layers.0.self_attn.q_proj} say
 * @param slot place of its weight among the block's parameters
 */
public record LinearModule(String name, int slot, int inFeatures, int outFeatures) {}
