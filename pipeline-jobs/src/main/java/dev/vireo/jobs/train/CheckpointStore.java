// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.train;

import com.google.gson.JsonParseException;
import dev.vireo.jobs.storage.FileEntry;
import dev.vireo.jobs.storage.Storage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The checkpoints of a run: {@code checkpoints/step-N/}. Only the driver writes here. Workers write under a name of their
 * own; the driver moves their files and then creates {@code commit.json}, which must not exist yet. So a worker that
 * comes back from the dead changes nothing, a crash between two files leaves no checkpoint, and a second driver on the
 * same output is noticed.
 */
final class CheckpointStore {
    private static final Pattern NAME = Pattern.compile("step-(\\d+)");

    private final Storage storage;
    private final String directory;
    private final int keep;

    /**
     * @param output of the run
     * @param keep checkpoints that stay, {@code train.keep}
     */
    CheckpointStore(Storage storage, String output, int keep) {
        this.storage = storage;
        this.directory = Storage.child(output, "checkpoints");
        this.keep = keep;
    }

    String directory(long step) {
        return Storage.child(directory, "step-" + step);
    }

    /** A directory for the files of one gang. */
    String attempt(String run, long generation) {
        return Storage.child(directory, "_attempts/" + run + "-" + generation);
    }

    /** Removes what gangs left behind. */
    void deleteAttempts() throws IOException {
        storage.delete(Storage.child(directory, "_attempts"));
    }

    /** The newest checkpoint whose files are what its commit says, byte for byte. */
    Optional<Commit> newestIntact() throws IOException {
        List<Commit> all = commits();
        for (int i = all.size() - 1; i >= 0; i--) {
            if (isIntact(all.get(i))) {
                return Optional.of(all.get(i));
            }
        }
        return Optional.empty();
    }

    private boolean isIntact(Commit commit) throws IOException {
        for (SavedFile file : commit.files()) {
            String path = Storage.child(directory(commit.step()), file.name());
            FileEntry entry = storage.entry(path);
            if (entry == null || entry.bytes() != file.bytes()) {
                return false;
            }
            try (InputStream content = storage.read(path)) {
                if (!AttemptFiles.sha256(content).equals(file.sha256())) {
                    return false;
                }
            }
        }
        return true;
    }

    /** All commits, oldest first. */
    List<Commit> commits() throws IOException {
        if (!storage.exists(directory)) {
            return List.of();
        }
        List<Commit> commits = new ArrayList<>();
        for (FileEntry child : storage.list(directory)) {
            Matcher name = NAME.matcher(child.name());
            String file = Storage.child(child.path(), Commit.FILE);
            if (name.matches() && storage.exists(file)) {
                commits.add(read(file));
            }
        }
        commits.sort(Comparator.comparingLong(Commit::step));
        return commits;
    }

    private Commit read(String file) throws IOException {
        try {
            return Commit.parse(storage.readText(file));
        } catch (JsonParseException | NullPointerException e) {
            throw new IOException("Cannot read " + file + ": " + e.getMessage() + "; delete its directory to go on", e);
        }
    }

    /** Takes the files of an attempt as the checkpoint of a step. */
    void commit(Commit commit, String attempt) throws IOException {
        String target = directory(commit.step());
        if (storage.exists(Storage.child(target, Commit.FILE))) {
            throw taken(commit, null);
        }
        storage.delete(target);
        storage.createDirectory(target);
        for (SavedFile file : commit.files()) {
            String written = Storage.child(attempt, file.name());
            FileEntry entry = storage.entry(written);
            if (entry == null || entry.bytes() != file.bytes()) {
                throw new IOException("Cannot commit step " + commit.step() + ": " + written + " has "
                        + (entry == null ? "gone" : entry.bytes() + " bytes") + ", expected " + file.bytes()
                        + " bytes");
            }
            storage.move(written, Storage.child(target, file.name()));
        }
        try {
            storage.createExclusive(
                    Storage.child(target, Commit.FILE), commit.toJson().getBytes(StandardCharsets.UTF_8));
        } catch (FileAlreadyExistsException e) {
            throw taken(commit, e);
        }
        deleteOld();
    }

    private IOException taken(Commit commit, @org.jspecify.annotations.Nullable Throwable cause) {
        return new IOException(
                "Cannot commit step " + commit.step() + ": " + directory(commit.step())
                        + " exists; another run writes to the same output",
                cause);
    }

    /** Deletes checkpoints that nobody needs any more; the newest always stays. */
    private void deleteOld() throws IOException {
        List<Commit> all = commits();
        int kept = 0;
        for (int i = all.size() - 1; i >= 0; i--) {
            Commit commit = all.get(i);
            boolean newest = i == all.size() - 1;
            if (commit.kind() == Commit.Kind.CHECKPOINT) {
                kept++;
            }
            if (!newest && (commit.kind() == Commit.Kind.RECOVERY || kept > keep)) {
                // First what makes it a checkpoint, so that no half of one is ever taken for whole.
                storage.delete(Storage.child(directory(commit.step()), Commit.FILE));
                storage.delete(directory(commit.step()));
            }
        }
    }

    /** Deletes checkpoints behind a step: those of a run that is repeated from there. */
    void deleteAfter(long step) throws IOException {
        for (Commit commit : commits()) {
            if (commit.step() > step) {
                storage.delete(Storage.child(directory(commit.step()), Commit.FILE));
                storage.delete(directory(commit.step()));
            }
        }
    }
}
