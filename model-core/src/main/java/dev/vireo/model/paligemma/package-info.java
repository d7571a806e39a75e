/** PaliGemma: SigLIP, one linear, Gemma; prompts attend both ways. */
@NullMarked
package dev.vireo.model.paligemma;

import org.jspecify.annotations.NullMarked;
