/**
 * Blocks that know no model family: one TorchScript file a block, called through {@link dev.vireo.nn.Block}. They may
 * import {@code tensor} only.
 *
 * <p>Shape legend: B images or tiles, T tokens of a packed sequence, S positions of the vision tower, P patches, D width,
 * H heads, Hkv key/value heads, E width of a head, F feed-forward width, V vocabulary, M scored positions, R LoRA rank.
 */
@NullMarked
package dev.vireo.nn;

import org.jspecify.annotations.NullMarked;
