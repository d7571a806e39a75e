// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.shards;

import com.google.gson.FieldNamingPolicy;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.vireo.jobs.config.InvalidSettingsException;
import dev.vireo.jobs.storage.Storage;
import java.io.IOException;
import java.util.List;
import java.util.Objects;

/**
 * What a directory of shards holds, and with what it was made. It is written last: a directory with a manifest is whole.
 *
 * @param formatVersion of the files
 * @param model what decided ids and tiles
 * @param images how pictures became tiles
 * @param templateHash of the chat template
 * @param settingsHash of all settings and inputs of the preparation
 * @param rows in all shards
 * @param tokens in all shards
 * @param imageCount images in all shards; an image counts once in every shard that holds it
 * @param shards in the order of the rows
 */
public record Manifest(
        int formatVersion,
        ModelIdentity model,
        ImageRules images,
        String templateHash,
        String settingsHash,
        long rows,
        long tokens,
        long imageCount,
        List<ShardEntry> shards) {
    /** The version of the files that this code writes and reads. */
    public static final int FORMAT_VERSION = 3;

    /** The name of the manifest in its directory. */
    public static final String FILE = "manifest.json";

    private static final Gson GSON = new GsonBuilder()
            .setFieldNamingPolicy(FieldNamingPolicy.LOWER_CASE_WITH_UNDERSCORES)
            .disableHtmlEscaping()
            .setPrettyPrinting()
            .create();

    public Manifest {
        Objects.requireNonNull(model, "model");
        Objects.requireNonNull(images, "images");
        Objects.requireNonNull(templateHash, "template_hash");
        Objects.requireNonNull(settingsHash, "settings_hash");
        shards = List.copyOf(shards);
    }

    /** A manifest of this version; shards without rows are left out. */
    public static Manifest of(
            ModelIdentity model, ImageRules images, String templateHash, String settingsHash, List<ShardEntry> shards) {
        List<ShardEntry> filled =
                shards.stream().filter(shard -> shard.rows() > 0).toList();
        return new Manifest(
                FORMAT_VERSION,
                model,
                images,
                templateHash,
                settingsHash,
                filled.stream().mapToLong(ShardEntry::rows).sum(),
                filled.stream().mapToLong(ShardEntry::tokens).sum(),
                filled.stream().mapToLong(ShardEntry::images).sum(),
                filled);
    }

    /** The content of {@code manifest.json}. */
    public String toJson() {
        return GSON.toJson(this);
    }

    /**
     * Reads the manifest of a directory.
     *
     * @throws InvalidSettingsException if there is none, or it cannot be used
     */
    static Manifest read(Storage storage, String directory) throws IOException {
        String file = Storage.child(directory, FILE);
        if (!storage.exists(file)) {
            throw unusable(
                    directory,
                    "it has no " + FILE + "; expected a finished output of prepare (run prepare to its end)");
        }
        return parse(directory, storage.readText(file));
    }

    private static Manifest parse(String directory, String json) {
        int version;
        try {
            JsonObject object = JsonParser.parseString(json).getAsJsonObject();
            JsonElement written = object.get("format_version");
            version = written == null ? 0 : written.getAsInt();
            if (version == FORMAT_VERSION) {
                return GSON.fromJson(object, Manifest.class);
            }
        } catch (RuntimeException e) {
            InvalidSettingsException told = unusable(directory, "its " + FILE + " cannot be read: " + innermost(e));
            told.initCause(e);
            throw told;
        }
        throw unusable(
                directory,
                "its format is version " + version + ", expected " + FORMAT_VERSION + "; run prepare of this version");
    }

    private static String innermost(Throwable error) {
        Throwable cause = error.getCause();
        return cause == null ? String.valueOf(error.getMessage()) : innermost(cause);
    }

    static InvalidSettingsException unusable(String directory, String reason) {
        return new InvalidSettingsException(List.of("Cannot open shards " + directory + ": " + reason));
    }
}
