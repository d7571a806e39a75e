// SPDX-License-Identifier: Apache-2.0
package dev.vireo.tokenization;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The JSON files of a model directory that speak of text. A file that is not there reads as an empty object. */
final class ModelFiles {
    private final Path directory;

    ModelFiles(Path directory) {
        if (!Files.isDirectory(directory)) {
            throw new IllegalArgumentException("Cannot read model " + directory + ": it is no directory");
        }
        this.directory = directory;
    }

    Path directory() {
        return directory;
    }

    JsonObject json(String file) {
        return text(file).map(text -> parsed(file, text)).orElseGet(JsonObject::new);
    }

    private JsonObject parsed(String file, String text) {
        try {
            JsonElement element = JsonParser.parseString(text);
            if (element.isJsonObject()) {
                return element.getAsJsonObject();
            }
            throw new IllegalArgumentException("Cannot read " + directory.resolve(file) + ": it holds no JSON object");
        } catch (JsonParseException e) {
            throw new IllegalArgumentException(
                    "Cannot read " + directory.resolve(file) + ": it is no JSON (" + e.getMessage() + ")", e);
        }
    }

    Optional<String> text(String file) {
        Path path = directory.resolve(file);
        if (!Files.isRegularFile(path)) {
            return Optional.empty();
        }
        try {
            return Optional.of(Files.readString(path));
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read " + path + ": " + e.getMessage(), e);
        }
    }

    /** A member that is a string. */
    static Optional<String> string(JsonObject object, String key) {
        JsonElement value = object.get(key);
        boolean isString = value != null
                && value.isJsonPrimitive()
                && value.getAsJsonPrimitive().isString();
        return isString ? Optional.of(value.getAsString()) : Optional.empty();
    }

    /** A member that is an object; empty if it is anything else. */
    static JsonObject object(JsonObject object, String key) {
        JsonElement value = object.get(key);
        return value != null && value.isJsonObject() ? value.getAsJsonObject() : new JsonObject();
    }

    /** A member that is an array; empty if it is anything else. */
    static JsonArray array(JsonObject object, String key) {
        JsonElement value = object.get(key);
        return value != null && value.isJsonArray() ? value.getAsJsonArray() : new JsonArray();
    }
}
