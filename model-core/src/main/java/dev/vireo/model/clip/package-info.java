/** The CLIP vision tower, which several families share. */
@NullMarked
package dev.vireo.model.clip;

import org.jspecify.annotations.NullMarked;
