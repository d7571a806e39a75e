// SPDX-License-Identifier: Apache-2.0
/**
 * Model directories and adapters on disk: safetensors files, {@code config.json}, the names that weights have had over
 * the years, PEFT LoRA adapters, and fingerprints of them all.
 *
 * <p>Knows files and names, not tensors on a device: imports nothing of Vireo but {@code dev.vireo.tensor}. Weight and
 * module names in every signature are <em>canonical</em>: those that transformers 5 has at run time
 * ({@code model.language_model.layers.0.self_attn.q_proj}); see {@link dev.vireo.checkpoint.WeightNames}.
 */
@NullMarked
package dev.vireo.checkpoint;

import org.jspecify.annotations.NullMarked;
