/** From encoded pictures to the tiles that a vision tower takes: one operation a type. Imports nothing else of Vireo. */
@NullMarked
package dev.vireo.image;

import org.jspecify.annotations.NullMarked;
