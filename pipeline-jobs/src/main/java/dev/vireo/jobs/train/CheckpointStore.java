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
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The checkpoints of a run: {@code checkpoints/step-N/}. Only the driver writes here. Workers write under a name of their
 * own; the driver moves their files and then creates {@code commit.json}, which must not exist yet. So a worker that
 * comes back from the dead changes nothing, a crash between two files leaves no checkpoint, and a second driver on the
 * same output is noticed. A commit goes only when two newer ones are there: one that is found damaged has one before it.
 */
final class CheckpointStore {
    private static final Pattern NAME = Pattern.compile("step-(\\d+)");
    /** While a run lasts. */
    private static final int LEAST = 2;

    private final Storage storage;
    private final String directory;
    private final int keep;
    private final Consumer<String> warnings;

    /**
     * @param output of the run
     * @param keep checkpoints that stay, {@code train.keep}
     * @param warnings is told of checkpoints that are damaged
     */
    CheckpointStore(Storage storage, String output, int keep, Consumer<String> warnings) {
        this.storage = storage;
        this.directory = Storage.child(output, "checkpoints");
        this.keep = keep;
        this.warnings = warnings;
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
        List<Long> steps = steps();
        for (int i = steps.size() - 1; i >= 0; i--) {
            try {
                Commit commit = read(steps.get(i));
                requireIntact(commit);
                return Optional.of(commit);
            } catch (DamagedException e) {
                warnings.accept("cannot use the checkpoint of step " + steps.get(i) + ": " + e.getMessage() + "; "
                        + (i == 0 ? "there is none before it" : "trying the one of step " + steps.get(i - 1)));
            }
        }
        return Optional.empty();
    }

    private void requireIntact(Commit commit) throws IOException, DamagedException {
        for (SavedFile file : commit.files()) {
            String path = Storage.child(directory(commit.step()), file.name());
            FileEntry entry = storage.entry(path);
            if (entry == null || entry.bytes() != file.bytes()) {
                throw new DamagedException(path
                        + (entry == null ? " is gone" : " has " + entry.bytes() + " bytes, expected " + file.bytes()));
            }
            String digest;
            try (InputStream content = storage.read(path)) {
                digest = AttemptFiles.sha256(content);
            }
            if (!digest.equals(file.sha256())) {
                throw new DamagedException(path + " has the SHA-256 " + digest + ", expected " + file.sha256());
            }
        }
    }

    /** Steps that have a commit, damaged or not, in their order. */
    private List<Long> steps() throws IOException {
        if (!storage.exists(directory)) {
            return List.of();
        }
        List<Long> steps = new ArrayList<>();
        for (FileEntry child : storage.list(directory)) {
            Matcher name = NAME.matcher(child.name());
            if (name.matches() && storage.exists(Storage.child(child.path(), Commit.FILE))) {
                steps.add(Long.parseLong(name.group(1)));
            }
        }
        steps.sort(Comparator.naturalOrder());
        return steps;
    }

    private Commit read(long step) throws IOException, DamagedException {
        String file = Storage.child(directory(step), Commit.FILE);
        try {
            Commit commit = Commit.parse(storage.readText(file));
            if (commit.step() != step) {
                throw new DamagedException(file + " is of step " + commit.step());
            }
            return commit;
        } catch (JsonParseException e) {
            throw new DamagedException(file + " is damaged: " + e.getMessage());
        }
    }

    /** All commits that can be read, oldest first. */
    List<Commit> commits() throws IOException {
        List<Commit> commits = new ArrayList<>();
        for (long step : steps()) {
            Commit commit = readable(step);
            if (commit != null) {
                commits.add(commit);
            }
        }
        return commits;
    }

    private @Nullable Commit readable(long step) throws IOException {
        try {
            return read(step);
        } catch (DamagedException e) {
            return null;
        }
    }

    /** Takes the files of an attempt as the checkpoint of a step. */
    void commit(Commit commit, String attempt) throws IOException {
        String target = directory(commit.step());
        if (storage.exists(Storage.child(target, Commit.FILE))) {
            Commit other = readable(commit.step());
            if (other != null && other.driver() >= commit.driver()) {
                throw taken(commit, null);
            }
            // Of a driver that this one took over from; it wrote the same, as it does the same.
            delete(commit.step());
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
        deleteOld(LEAST);
    }

    private IOException taken(Commit commit, @Nullable Throwable cause) {
        return new IOException(
                "Cannot commit step " + commit.step() + ": " + directory(commit.step())
                        + " exists; another run writes to the same output",
                cause);
    }

    /** Leaves what stays when the run is over. */
    void prune() throws IOException {
        deleteOld(1);
    }

    /** Deletes checkpoints that nobody needs any more; the newest {@code least} always stay. */
    private void deleteOld(int least) throws IOException {
        List<Long> steps = steps();
        int kept = 0;
        for (int i = steps.size() - 1; i >= 0; i--) {
            Commit commit = readable(steps.get(i));
            boolean wanted = commit != null && commit.kind() == Commit.Kind.CHECKPOINT && ++kept <= keep;
            if (!wanted && i < steps.size() - least) {
                delete(steps.get(i));
            }
        }
    }

    /** Deletes checkpoints behind a step: those of a run that is repeated from there. */
    void deleteAfter(long step) throws IOException {
        for (long later : steps()) {
            if (later > step) {
                delete(later);
            }
        }
    }

    /** First what makes it a checkpoint, so that no half of one is ever taken for whole. */
    private void delete(long step) throws IOException {
        storage.delete(Storage.child(directory(step), Commit.FILE));
        storage.delete(directory(step));
    }

    /** A checkpoint is not what was written. */
    private static final class DamagedException extends Exception {
        private static final long serialVersionUID = 1;

        DamagedException(String reason) {
            super(reason);
        }
    }
}
