// SPDX-License-Identifier: Apache-2.0
package dev.vireo.checkpoint;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;

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
