// SPDX-License-Identifier: Apache-2.0
package dev.vireo.checkpoint;

/**
 * How an adapter differs from plain LoRA; both may be on.
 *
 * @param rankStabilised rsLoRA (Kalajdzievski 2023, arXiv 2312.03732): the scale is alpha / sqrt(R), not alpha / R; PEFT's
 *     {@code use_rslora}
 * @param dora DoRA (Liu et al. 2024, arXiv 2402.09353): each output has a trained magnitude; PEFT's {@code use_dora}
 */
public record LoraVariant(boolean rankStabilised, boolean dora) {
    /** LoRA as it was published. */
    public static final LoraVariant PLAIN = new LoraVariant(false, false);
}
