// SPDX-License-Identifier: Apache-2.0
package dev.vireo.checkpoint;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Reads small JSON files strictly. */
final class JsonFile {
    private JsonFile() {}

    /**
     * The JSON object that {@code file} holds.
     *
     * @throws CheckpointMismatchException if it holds anything else
     */
    static JsonObject readObject(Path file) {
        try {
            return parseObject(Files.readString(file), file);
        } catch (IOException e) {
            throw FileFailures.reading(file, e);
        }
    }

    /** The JSON object of a resource beside this class, if it is there. */
    static Optional<JsonObject> findResource(String name) {
        try (InputStream in = JsonFile.class.getResourceAsStream(name)) {
            return in == null
                    ? Optional.empty()
                    : Optional.of(parseObject(new String(in.readAllBytes(), StandardCharsets.UTF_8), name));
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read the resource " + name, e);
        }
    }

    static JsonObject parseObject(String text, Object source) {
        try {
            JsonReader reader = new JsonReader(new StringReader(text.strip()));
            reader.setStrictness(Strictness.STRICT);
            JsonElement element = JsonParser.parseReader(reader);
            if (element.isJsonObject()) {
                return element.getAsJsonObject();
            }
            throw new CheckpointMismatchException("Cannot read " + source + ": it holds no JSON object");
        } catch (JsonParseException e) {
            throw new CheckpointMismatchException("Cannot read " + source + ": it is not JSON: " + e.getMessage(), e);
        }
    }
}
