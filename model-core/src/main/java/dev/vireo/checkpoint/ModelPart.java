// SPDX-License-Identifier: Apache-2.0
package dev.vireo.checkpoint;

import java.util.Arrays;
import java.util.Set;

/** The parts of a vision-language model that settings and metrics tell apart. */
public enum ModelPart {
    /** From pixels to features. */
    TOWER,
    /** From the tower's features to the language model's input. */
    PROJECTOR,
    /** Token table, decoder and output head. */
    LANGUAGE;

    private static final Set<String> TOWERS = Set.of("vision_tower", "vision_model");
    private static final Set<String> PROJECTORS = Set.of("multi_modal_projector", "connector", "image_newline");

    /** The part that a module or weight belongs to, by its canonical name, PEFT's prefix before it or not. */
    public static ModelPart of(String name) {
        return Arrays.stream(name.split("\\."))
                .map(piece -> TOWERS.contains(piece) ? TOWER : PROJECTORS.contains(piece) ? PROJECTOR : LANGUAGE)
                .filter(part -> part != LANGUAGE)
                .findFirst()
                .orElse(LANGUAGE);
    }

    /** The name in settings and metrics: {@code tower}, {@code projector} or {@code language}. */
    public String label() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
