// SPDX-License-Identifier: Apache-2.0
package dev.vireo.checkpoint;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.util.Optional;

/**
 * What is known of a {@code model_type}, from the resource {@code models/TYPE.json}: {@code config}, the values that
 * transformers 5.23 gives where its configuration leaves them out; of a family also {@code weights}, its names' rules or the
 * type whose rules they are, and {@code tied_by_text}.
 */
record ModelType(JsonObject values) {
    private static final String WEIGHTS = "weights";

    /** The type, if there is a resource for it. */
    static Optional<ModelType> of(String name) {
        return name.matches("\\w+")
                ? JsonFile.findResource("models/" + name + ".json").map(ModelType::new)
                : Optional.empty();
    }

    /** Values that a configuration of this type has where it does not mention them. */
    JsonObject config() {
        return values.getAsJsonObject("config");
    }

    /** Whether the text section's {@code tie_word_embeddings} is that of the whole. */
    boolean tiedByText() {
        return values.has("tied_by_text") && values.get("tied_by_text").getAsBoolean();
    }

    /**
     * Whether a section is of the family's own type whatever the file says: files of the hub name it as the whole model, or not at
     * all.
     */
    boolean owns(String section) {
        JsonElement sections = values.get("own_sections");
        return sections != null && sections.getAsJsonArray().contains(new JsonPrimitive(section));
    }

    /** The rules of its weights' names: {@code saved} and {@code older}, as {@link WeightNames} takes them. */
    Optional<JsonObject> weights() {
        JsonElement weights = values.get(WEIGHTS);
        if (weights == null) {
            return Optional.empty();
        }
        return weights.isJsonObject()
                ? Optional.of(weights.getAsJsonObject())
                : of(weights.getAsString()).flatMap(ModelType::weights);
    }
}
