/**
 * A model directory as a whole: its family, image processor, weights and hashes. The one place that lists the families.
 * Imports {@code model}, {@code image}, {@code tokenization}, {@code checkpoint}.
 */
@NullMarked
package dev.vireo.pretrained;

import org.jspecify.annotations.NullMarked;
