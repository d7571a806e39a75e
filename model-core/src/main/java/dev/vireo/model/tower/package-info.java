/** Vision towers that several families share: CLIP and SigLIP, which differ in what comes before their layers; and the LLaVA families' projector. */
@NullMarked
package dev.vireo.model.tower;

import org.jspecify.annotations.NullMarked;
