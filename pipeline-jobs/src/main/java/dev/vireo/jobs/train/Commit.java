// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.train;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The content of a checkpoint's {@code commit.json}, which is written last: a checkpoint without one does not exist.
 *
 * @param step optimizer steps done
 * @param kind why it was written
 * @param driver number of the driver that wrote it, see {@link Ownership}
 * @param files of the checkpoint
 * @param best the best evaluation up to this step, if there was one
 * @param bestStep its step
 * @param notBetter evaluations in a row that were not better
 */
record Commit(
        long step,
        Kind kind,
        long driver,
        List<SavedFile> files,
        @Nullable Double best,
        long bestStep,
        int notBetter) {
    /** Why a checkpoint was written. */
    enum Kind {
        /** The settings ask for it; the newest are kept. */
        CHECKPOINT,
        /** For the case that a process dies or is asked to end; later ones replace it. */
        RECOVERY
    }

    static final String FILE = "commit.json";

    private static final String CHECK = "sha256";
    private static final Gson GSON = new GsonBuilder().setPrettyPrinting().create();

    Commit {
        Objects.requireNonNull(kind, "kind");
        files = List.copyOf(files);
    }

    /** The content, with the SHA-256 of all that it says. */
    String toJson() {
        JsonObject json = GSON.toJsonTree(this).getAsJsonObject();
        json.addProperty(CHECK, AttemptFiles.sha256(json.toString()));
        return GSON.toJson(json);
    }

    /**
     * Reads what {@link #toJson} wrote.
     *
     * @throws JsonParseException if it is anything else, be it by one bit
     */
    static Commit parse(String text) {
        try {
            JsonObject json = JsonParser.parseString(text).getAsJsonObject();
            JsonElement check = json.remove(CHECK);
            if (!new JsonPrimitive(AttemptFiles.sha256(json.toString())).equals(check)) {
                throw new JsonParseException("its content is not what its sha256 says");
            }
            return Objects.requireNonNull(GSON.fromJson(json, Commit.class));
        } catch (IllegalStateException | NullPointerException e) {
            throw new JsonParseException("it is no commit: " + e.getMessage(), e);
        }
    }
}
