// SPDX-License-Identifier: Apache-2.0
package dev.vireo.checkpoint;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The small files of a model directory: configuration, tokenizer, processor, templates. */
final class ModelFiles {
    private static final String CONFIG = "config.json";
    private static final String SMALL = "*.{json,jinja,model,txt}";
    private static final List<String> DTYPE_KEYS = List.of("dtype", "torch_dtype");
    private static final Map<StoredType, String> DTYPES =
            Map.of(StoredType.F32, "float32", StoredType.BF16, "bfloat16");
    private static final Gson GSON = new GsonBuilder()
            .setPrettyPrinting()
            .disableHtmlEscaping()
            .serializeNulls()
            .create();

    private ModelFiles() {}

    /**
     * Copies them, without marks that begin with an underscore.
     *
     * @param type what {@code config.json} then says where it says the type of the weights; null leaves that
     */
    static void copy(Path source, Path target, @Nullable StoredType type) {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(source, SMALL)) {
            for (Path file : files) {
                String name = file.getFileName().toString();
                boolean other = name.startsWith("_") || name.endsWith(".index.json") || name.equals(CONFIG);
                if (Files.isRegularFile(file) && !other) {
                    Files.copy(file, target.resolve(name), StandardCopyOption.REPLACE_EXISTING);
                }
            }
        } catch (IOException e) {
            throw FileFailures.writing(target, e);
        }
        JsonObject config = JsonFile.readObject(source.resolve(CONFIG));
        if (type != null) {
            setType(config, DTYPES.getOrDefault(type, type.name()));
        }
        AtomicFile.writeText(target.resolve(CONFIG), GSON.toJson(config) + "\n");
    }

    private static void setType(JsonObject config, String type) {
        for (String key : List.copyOf(config.keySet())) {
            if (DTYPE_KEYS.contains(key)) {
                config.addProperty(key, type);
            } else if (config.get(key).isJsonObject()) {
                setType(config.getAsJsonObject(key), type);
            }
        }
    }
}
