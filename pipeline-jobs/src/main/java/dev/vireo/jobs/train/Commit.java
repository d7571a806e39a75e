// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.train;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The content of a checkpoint's {@code commit.json}, which is written last: a checkpoint without one does not exist.
 *
 * @param step optimizer steps done
 * @param kind why it was written
 * @param files of the checkpoint
 * @param best the best evaluation up to this step, if there was one
 * @param bestStep its step
 */
record Commit(
        long step,
        Kind kind,
        List<SavedFile> files,
        @Nullable Double best,
        long bestStep) {
    /** Why a checkpoint was written. */
    enum Kind {
        /** The settings ask for it; the newest are kept. */
        CHECKPOINT,
        /** For the case that a process dies; the next one replaces it. */
        RECOVERY
    }

    static final String FILE = "commit.json";

    private static final Gson GSON = new GsonBuilder().setPrettyPrinting().create();

    Commit {
        Objects.requireNonNull(kind, "kind");
        files = List.copyOf(files);
    }

    String toJson() {
        return GSON.toJson(this);
    }

    static Commit parse(String json) {
        return Objects.requireNonNull(GSON.fromJson(json, Commit.class), "empty " + FILE);
    }
}
