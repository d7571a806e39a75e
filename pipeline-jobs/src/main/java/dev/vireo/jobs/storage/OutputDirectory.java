// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.storage;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.vireo.jobs.config.InvalidSettingsException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A job's output and how far it is. {@code _STARTED.json} says who began it, {@code _SUCCESS.json} that it is finished;
 * what lies between is resumed by the same job with the same inputs and settings.
 */
public final class OutputDirectory {
    private static final String STARTED = "_STARTED.json";
    private static final String SUCCESS = "_SUCCESS.json";

    private final Storage storage;
    private final String path;
    private final boolean resumed;

    private OutputDirectory(Storage storage, String path, boolean resumed) {
        this.storage = storage;
        this.path = path;
        this.resumed = resumed;
    }

    /** Whether a job finished in this directory. */
    public static boolean isFinished(Storage storage, String path) throws IOException {
        return storage.exists(Storage.child(path, SUCCESS));
    }

    /**
     * Checks, without writing, that a job may write here.
     *
     * @param overwrite whether a result of Vireo may be replaced
     * @throws InvalidSettingsException if the directory holds a finished result and may not be replaced, or holds what
     *     Vireo did not write
     */
    public static void requireWritable(Storage storage, String path, boolean overwrite) throws IOException {
        FileEntry entry = storage.entry(path);
        if (entry == null) {
            return;
        }
        if (!entry.isDirectory()) {
            throw refused(path, "it is a file; name a directory");
        }
        if (isFinished(storage, path)) {
            if (!overwrite) {
                throw refused(path, "it holds a finished result; add --overwrite to replace it");
            }
        } else if (!storage.exists(Storage.child(path, STARTED))
                && !storage.list(path).isEmpty()) {
            throw refused(path, "it holds files that Vireo did not write; name a new or empty directory");
        }
    }

    /**
     * Begins or resumes an output.
     *
     * @param job name of the job
     * @param fingerprint of everything that decides the content: inputs and settings
     * @param overwrite whether what is there is deleted first
     * @throws InvalidSettingsException as {@link #requireWritable}, and if something else was begun here
     */
    public static OutputDirectory open(Storage storage, String path, String job, String fingerprint, boolean overwrite)
            throws IOException {
        requireWritable(storage, path, overwrite);
        String marker = Storage.child(path, STARTED);
        if (overwrite) {
            storage.delete(path);
        } else if (storage.exists(marker)) {
            requireSame(path, storage.readText(marker), job, fingerprint);
            return new OutputDirectory(storage, path, true);
        }
        JsonObject started = new JsonObject();
        started.addProperty("job", job);
        started.addProperty("fingerprint", fingerprint);
        storage.createExclusive(marker, started.toString().getBytes(StandardCharsets.UTF_8));
        return new OutputDirectory(storage, path, false);
    }

    private static void requireSame(String path, String started, String job, String fingerprint) {
        JsonObject before = JsonParser.parseString(started).getAsJsonObject();
        String owner = before.get("job").getAsString();
        if (!owner.equals(job)) {
            throw refused(path, "it holds an unfinished result of " + owner + "; add --overwrite to replace it");
        }
        if (!before.get("fingerprint").getAsString().equals(fingerprint)) {
            throw refused(
                    path,
                    "it holds an unfinished result with other inputs or settings; repeat those to resume it, or add"
                            + " --overwrite to replace it");
        }
    }

    private static InvalidSettingsException refused(String path, String reason) {
        return new InvalidSettingsException(List.of("Cannot write --output " + path + ": " + reason));
    }

    /** Whether an earlier run began this output. */
    public boolean resumed() {
        return resumed;
    }

    /** The directory. */
    public String path() {
        return path;
    }

    /** The path of something in the directory. */
    public String child(String name) {
        return Storage.child(path, name);
    }

    /**
     * Marks the output as finished; the last thing that a job writes.
     *
     * @param summary what the job counted, kept in the marker
     */
    public void finish(JsonObject summary) throws IOException {
        storage.publish(Storage.child(path, SUCCESS), summary.toString());
    }
}
