/**
 * From pictures to tiles, and from the tiles' features to the sequence, which the LLaVA families and PaliGemma share: one tile,
 * or a base view and a grid.
 */
@NullMarked
package dev.vireo.model.tiles;

import org.jspecify.annotations.NullMarked;
