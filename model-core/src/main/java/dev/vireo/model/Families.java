// SPDX-License-Identifier: Apache-2.0
package dev.vireo.model;

import java.util.List;

/** Finds a family by {@code model_type} among those that are registered. */
public final class Families {
    private final List<ModelFamily> families;

    public Families(List<ModelFamily> families) {
        this.families = List.copyOf(families);
    }

    /** @throws IllegalArgumentException naming the type, where it was read, and the types there are */
    public ModelFamily of(String modelType, String source) {
        return families.stream()
                .filter(family -> family.modelType().equals(modelType))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("Cannot build the model of " + source
                        + ": model_type is " + modelType + " (known: "
                        + String.join(
                                ", ",
                                families.stream().map(ModelFamily::modelType).toList())
                        + "); use a checkpoint of one of these types"));
    }
}
