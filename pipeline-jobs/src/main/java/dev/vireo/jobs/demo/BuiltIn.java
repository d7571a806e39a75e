// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.demo;

import dev.vireo.jobs.storage.Storage;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What the demo carries in the jar: the settings of its recipe and the small model that knows the world a little. */
final class BuiltIn {
    private static final String SETTINGS = "demo.conf";
    private static final String MODEL = "demo-model";
    private static final List<String> MODEL_FILES = List.of(
            "config.json",
            "generation_config.json",
            "processor_config.json",
            "tokenizer.json",
            "tokenizer_config.json",
            "chat_template.jinja",
            "model.safetensors");

    private BuiltIn() {}

    /** Writes the model directory, where it is not complete yet. */
    static void writeModel(Storage storage, String directory) throws IOException {
        for (String file : MODEL_FILES) {
            String target = Storage.child(directory, file);
            if (!storage.exists(target)) {
                storage.publish(target, bytes(MODEL + "/" + file));
            }
        }
    }

    /** The recipe as a file of this machine; the caller deletes it. */
    static Path settings() throws IOException {
        Path file = Files.createTempFile("vireo-demo", ".conf");
        Files.write(file, bytes(SETTINGS));
        return file;
    }

    private static byte[] bytes(String name) throws IOException {
        try (InputStream stream = BuiltIn.class.getResourceAsStream(name)) {
            if (stream == null) {
                throw new FileNotFoundException("Cannot find " + name + " of the demo: the jar was built without it");
            }
            return stream.readAllBytes();
        }
    }
}
