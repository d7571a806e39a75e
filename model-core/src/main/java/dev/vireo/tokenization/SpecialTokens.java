// SPDX-License-Identifier: Apache-2.0
package dev.vireo.tokenization;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;

/** The tokens of a tokenizer that have a name or a number elsewhere: BOS, EOS, the image placeholder. */
final class SpecialTokens {
    private final Map<String, String> byName = new LinkedHashMap<>();
    private final Map<String, Integer> ids = new HashMap<>();
    private final ModelFiles files;

    private SpecialTokens(ModelFiles files) {
        this.files = files;
    }

    static SpecialTokens read(ModelFiles files) {
        SpecialTokens tokens = new SpecialTokens(files);
        tokens.readNames(files.json("special_tokens_map.json"));
        tokens.readNames(files.json("tokenizer_config.json"));
        JsonObject tokenizer = files.json("tokenizer.json");
        ModelFiles.object(ModelFiles.object(tokenizer, "model"), "vocab")
                .entrySet()
                .forEach(entry -> tokens.addId(entry.getKey(), entry.getValue()));
        for (JsonElement each : ModelFiles.array(tokenizer, "added_tokens")) {
            ModelFiles.string(each.getAsJsonObject(), "content")
                    .ifPresent(text -> tokens.addId(text, each.getAsJsonObject().get("id")));
        }
        return tokens;
    }

    private void addId(String text, JsonElement id) {
        if (id.isJsonPrimitive() && id.getAsJsonPrimitive().isNumber()) {
            ids.put(text, id.getAsInt());
        }
    }

    private void readNames(JsonObject config) {
        config.entrySet().forEach(entry -> {
            if (entry.getKey().endsWith("_token")) {
                text(entry.getValue()).ifPresent(text -> byName.put(entry.getKey(), text));
            }
        });
        ModelFiles.object(config, "extra_special_tokens")
                .entrySet()
                .forEach(entry -> text(entry.getValue()).ifPresent(text -> byName.put(entry.getKey(), text)));
    }

    /** A token is written as its text, or as an object with its text and more. */
    private static Optional<String> text(JsonElement value) {
        if (value.isJsonObject()) {
            return ModelFiles.string(value.getAsJsonObject(), "content");
        }
        boolean isText = value.isJsonPrimitive() && value.getAsJsonPrimitive().isString();
        return isText ? Optional.of(value.getAsString()) : Optional.empty();
    }

    /** The texts of the named tokens, as chat templates see them: {@code bos_token} and the like. */
    Map<String, String> byName() {
        return byName;
    }

    Optional<String> bos() {
        return Optional.ofNullable(byName.get("bos_token"));
    }

    OptionalInt bosId() {
        return bos().map(this::id).orElse(OptionalInt.empty());
    }

    private OptionalInt id(String text) {
        Integer id = ids.get(text);
        return id == null ? OptionalInt.empty() : OptionalInt.of(id);
    }

    /** The ids that end an answer: those of the generation settings, or else of the model's, or else the tokenizer's EOS. */
    Set<Integer> endIds() {
        Set<Integer> ends = idsAt(files.json("generation_config.json"), "eos_token_id");
        JsonObject config = files.json("config.json");
        if (ends.isEmpty()) {
            ends = idsAt(config, "eos_token_id");
        }
        if (ends.isEmpty()) {
            ends = idsAt(ModelFiles.object(config, "text_config"), "eos_token_id");
        }
        if (ends.isEmpty()) {
            Set<Integer> own = new TreeSet<>();
            Optional.ofNullable(byName.get("eos_token")).map(this::id).ifPresent(id -> id.ifPresent(own::add));
            return own;
        }
        return ends;
    }

    private static Set<Integer> idsAt(JsonObject config, String key) {
        Set<Integer> found = new TreeSet<>();
        JsonElement value = config.get(key);
        if (value != null && value.isJsonArray()) {
            value.getAsJsonArray().forEach(each -> found.add(each.getAsInt()));
        } else if (value != null && value.isJsonPrimitive()) {
            found.add(value.getAsInt());
        }
        return found;
    }

    /** The id that stands for an image, by the model's settings or else by the processor's or tokenizer's image token. */
    OptionalInt imageId() {
        JsonObject config = files.json("config.json");
        for (String key : new String[] {"image_token_index", "image_token_id"}) {
            Set<Integer> found = idsAt(config, key);
            if (!found.isEmpty()) {
                return OptionalInt.of(found.iterator().next());
            }
        }
        return ModelFiles.string(files.json("processor_config.json"), "image_token")
                .or(() -> Optional.ofNullable(byName.get("image_token")))
                .map(this::id)
                .orElse(OptionalInt.empty());
    }

    /** The text of a token. */
    Optional<String> text(int id) {
        return ids.entrySet().stream()
                .filter(entry -> entry.getValue() == id)
                .map(Map.Entry::getKey)
                .findFirst();
    }
}
