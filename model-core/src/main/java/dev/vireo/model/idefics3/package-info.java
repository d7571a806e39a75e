/** Idefics3 and the first SmolVLM: pictures enlarged to whole square tiles, patches of a tile joined, Llama. */
@NullMarked
package dev.vireo.model.idefics3;

import org.jspecify.annotations.NullMarked;
