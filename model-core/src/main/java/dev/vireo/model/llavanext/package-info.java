/** LLaVA-1.6 (LLaVA-NeXT): the picture as tiles of a grid chosen by its shape, a newline feature behind each row of patches. */
@NullMarked
package dev.vireo.model.llavanext;

import org.jspecify.annotations.NullMarked;
