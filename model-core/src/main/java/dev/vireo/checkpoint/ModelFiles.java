// SPDX-License-Identifier: Apache-2.0
package dev.vireo.checkpoint;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
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
    private static final String DTYPE = "dtype";
    private static final String OLD_DTYPE = "torch_dtype";
    private static final Map<StoredType, String> DTYPES =
            Map.of(StoredType.F32, "float32", StoredType.BF16, "bfloat16");
    private static final Gson GSON = new GsonBuilder()
            .setPrettyPrinting()
            .disableHtmlEscaping()
            .serializeNulls()
            .create();

    private ModelFiles() {}

    /**
     * Copies them, without marks that begin with an underscore. {@code config.json} has the keys of transformers 5 for the type
     * of the weights and for rotary positions.
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
        if (config.get("text_config") instanceof JsonObject text
                && (text.has("rope_theta") || text.has("rope_scaling"))) {
            ConfigDefaults.completeRope(text);
        }
        setType(config, type == null ? null : DTYPES.getOrDefault(type, type.name()));
        AtomicFile.writeText(target.resolve(CONFIG), GSON.toJson(config) + "\n");
    }

    private static void setType(JsonObject config, @Nullable String type) {
        for (String key : List.copyOf(config.keySet())) {
            if (config.get(key).isJsonObject()) {
                setType(config.getAsJsonObject(key), type);
            }
        }
        if (config.has(OLD_DTYPE)) {
            JsonElement old = config.remove(OLD_DTYPE);
            if (!config.has(DTYPE)) {
                config.add(DTYPE, old);
            }
        }
        if (type != null && config.has(DTYPE)) {
            config.addProperty(DTYPE, type);
        }
    }
}
