// SPDX-License-Identifier: Apache-2.0
package dev.vireo.tokenization;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.Optional;

/** Where a model directory keeps its chat template. */
final class ChatTemplates {
    private ChatTemplates() {}

    /**
     * The template of {@code chat_template.jinja}, or else of {@code chat_template.json}, {@code processor_config.json} or {@code
     * tokenizer_config.json}: the order in which transformers' processors look.
     */
    static String of(ModelFiles files) {
        return find(files)
                .orElseThrow(() -> new IllegalArgumentException("Cannot tokenize with model " + files.directory()
                        + ": it has no chat template (expected chat_template.jinja, or 'chat_template' in"
                        + " chat_template.json, processor_config.json or tokenizer_config.json; or set"
                        + " prepare.template)"));
    }

    /** The template's text, if there is one. */
    static Optional<String> find(ModelFiles files) {
        return files.text("chat_template.jinja")
                .or(() -> in(files, "chat_template.json"))
                .or(() -> in(files, "processor_config.json"))
                .or(() -> in(files, "tokenizer_config.json"));
    }

    private static Optional<String> in(ModelFiles files, String file) {
        JsonObject json = files.json(file);
        return ModelFiles.string(json, "chat_template").or(() -> named(json));
    }

    /** Of a list of named templates, the one called default. */
    private static Optional<String> named(JsonObject json) {
        for (JsonElement each : ModelFiles.array(json, "chat_template")) {
            JsonObject template = each.isJsonObject() ? each.getAsJsonObject() : new JsonObject();
            if (ModelFiles.string(template, "name").filter("default"::equals).isPresent()) {
                return ModelFiles.string(template, "template");
            }
        }
        return Optional.empty();
    }
}
