// SPDX-License-Identifier: Apache-2.0
package dev.vireo.checkpoint;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.List;
import java.util.Optional;

/**
 * Completes a {@code config.json}: values that it leaves out as transformers 5.23 has them, and one spelling for what
 * transformers 4 and 5 spell differently.
 *
 * <p>Afterwards {@code rope_parameters} holds {@code rope_theta} and {@code rope_type} (formerly {@code rope_theta} and
 * {@code rope_scaling}), {@code dtype} the stored type (formerly {@code torch_dtype}), {@code image_token_index} the
 * placeholder's id, and {@code num_key_value_heads} and {@code head_dim} are numbers.
 */
final class ConfigDefaults {
    private static final List<String> SECTIONS = List.of("text_config", "vision_config", "perceiver_config");
    private static final double ROPE_THETA = 10_000;

    private ConfigDefaults() {}

    /** A completed copy of {@code config}. */
    static JsonObject complete(JsonObject config) {
        JsonObject completed = config.deepCopy();
        JsonObject defaults = defaultsOf(completed);
        for (String name : SECTIONS) {
            completeSection(completed, defaults, name);
        }
        moveIfAbsent(completed, "image_token_id", "image_token_index");
        addAbsent(completed, defaults, "image_grid_pinpoints");
        completeLevel(completed, defaults);
        tieWordEmbeddings(completed);
        return completed;
    }

    private static void completeSection(JsonObject config, JsonObject defaults, String name) {
        if (!defaults.has(name)) {
            return;
        }
        JsonObject ofFamily = defaults.getAsJsonObject(name);
        if (!has(config, name)) {
            config.add(name, ofFamily.deepCopy()); // a section left out is the family's own, not the section type's
        }
        if (!config.get(name).isJsonObject()) {
            return;
        }
        JsonObject section = config.getAsJsonObject(name);
        if (typeOf(config).filter(type -> type.owns(name)).isPresent()) {
            section.add("model_type", ofFamily.get("model_type"));
        }
        addAbsent(section, ofFamily, "model_type");
        completeLevel(section, defaultsOf(section));
        if (name.equals("text_config")) {
            completeHeads(section);
            completeRope(section);
        }
    }

    private static Optional<ModelType> typeOf(JsonObject config) {
        JsonElement type = config.get("model_type");
        return type != null && type.isJsonPrimitive() ? ModelType.of(type.getAsString()) : Optional.empty();
    }

    private static JsonObject defaultsOf(JsonObject config) {
        return typeOf(config).map(ModelType::config).orElseGet(JsonObject::new);
    }

    /** Adds what {@code config} does not mention; a value that it says is null stays null. */
    private static void completeLevel(JsonObject config, JsonObject defaults) {
        for (String key : defaults.keySet()) {
            if (!config.has(key)) {
                config.add(key, defaults.get(key).deepCopy());
            }
        }
        moveIfAbsent(config, "torch_dtype", "dtype");
    }

    private static void completeHeads(JsonObject text) {
        addAbsent(text, text, "num_attention_heads", "num_key_value_heads");
        if (!has(text, "head_dim") && isNumber(text, "hidden_size") && isNumber(text, "num_attention_heads")) {
            int heads = text.get("num_attention_heads").getAsInt();
            text.addProperty(
                    "head_dim", heads == 0 ? 0 : text.get("hidden_size").getAsInt() / heads);
        }
    }

    /** Makes {@code rope_parameters} of whatever a text section says of its rotary positions. */
    static void completeRope(JsonObject text) {
        JsonElement scaling = text.remove("rope_scaling");
        JsonElement parameters = scaling == null || scaling.isJsonNull() ? text.get("rope_parameters") : scaling;
        JsonObject rope =
                parameters != null && parameters.isJsonObject() ? parameters.getAsJsonObject() : new JsonObject();
        addAbsent(rope, text, "rope_theta");
        if (!has(rope, "rope_theta")) {
            rope.addProperty("rope_theta", ROPE_THETA);
        }
        addAbsent(rope, rope, "type", "rope_type");
        if (!has(rope, "rope_type")) {
            rope.addProperty("rope_type", "default");
        }
        addAbsent(rope, text, "partial_rotary_factor");
        text.remove("rope_theta");
        text.add("rope_parameters", rope);
    }

    /** Some directories say only in the text section that the output head is the embedding; the whole follows. */
    private static void tieWordEmbeddings(JsonObject config) {
        JsonElement text = config.get("text_config");
        boolean follows = typeOf(config).filter(ModelType::tiedByText).isPresent();
        if (follows && text != null && text.isJsonObject() && isTrue(text.getAsJsonObject(), "tie_word_embeddings")) {
            config.addProperty("tie_word_embeddings", true);
        }
    }

    private static void addAbsent(JsonObject config, JsonObject source, String key) {
        addAbsent(config, source, key, key);
    }

    private static void addAbsent(JsonObject config, JsonObject source, String sourceKey, String key) {
        if (!has(config, key) && has(source, sourceKey)) {
            config.add(key, source.get(sourceKey).deepCopy());
        }
    }

    private static void moveIfAbsent(JsonObject config, String oldKey, String key) {
        addAbsent(config, config, oldKey, key);
        config.remove(oldKey);
    }

    private static boolean has(JsonObject config, String key) {
        return config.has(key) && !config.get(key).isJsonNull();
    }

    private static boolean isNumber(JsonObject config, String key) {
        return has(config, key)
                && config.get(key).isJsonPrimitive()
                && config.getAsJsonPrimitive(key).isNumber();
    }

    private static boolean isTrue(JsonObject config, String key) {
        return has(config, key)
                && config.get(key).isJsonPrimitive()
                && config.get(key).getAsBoolean();
    }
}
