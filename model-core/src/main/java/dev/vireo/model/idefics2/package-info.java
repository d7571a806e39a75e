/** Idefics2: pictures in their own shape and, if wanted, in quarters; SigLIP, a perceiver, Mistral. */
@NullMarked
package dev.vireo.model.idefics2;

import org.jspecify.annotations.NullMarked;
