// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.shards;

import dev.vireo.image.ImageProcessor;
import dev.vireo.jobs.config.InvalidSettingsException;
import dev.vireo.jobs.storage.FileEntry;
import dev.vireo.jobs.storage.Storage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The rows of one or several outputs of {@code prepare}, one directory after the other. Opening reads the manifests and the
 * index; rows are read by {@link ShardReader}s. Safe for use by several threads.
 */
public final class ShardSet {
    private final Storage storage;
    private final List<String> directories;
    private final List<Manifest> manifests;
    private final List<ShardPlace> shards;
    private final RowIndex index;

    private ShardSet(
            Storage storage,
            List<String> directories,
            List<Manifest> manifests,
            List<ShardPlace> shards,
            RowIndex index) {
        this.storage = storage;
        this.directories = List.copyOf(directories);
        this.manifests = List.copyOf(manifests);
        this.shards = List.copyOf(shards);
        this.index = index;
    }

    /**
     * Opens outputs of {@code prepare}.
     *
     * @throws InvalidSettingsException if one is not finished, of another format version or lacks a file, or if two were
     *     prepared with different models, templates or image settings
     */
    public static ShardSet open(Storage storage, List<String> directories) throws IOException {
        if (directories.isEmpty()) {
            throw new IllegalArgumentException("Cannot open shards: no directory was given");
        }
        List<Manifest> manifests = new ArrayList<>();
        List<ShardPlace> shards = new ArrayList<>();
        int rows = 0;
        for (String directory : directories) {
            Manifest manifest = Manifest.read(storage, directory);
            if (!manifests.isEmpty()) {
                requireSame(directories.get(0), manifests.get(0), directory, manifest);
            }
            manifests.add(manifest);
            for (ShardEntry entry : manifest.shards()) {
                requireFiles(storage, directory, entry);
                shards.add(new ShardPlace(directory, entry, manifest.images(), rows));
                rows = Math.addExact(rows, entry.rows());
            }
        }
        return new ShardSet(storage, directories, manifests, shards, RowIndex.read(storage, shards, rows));
    }

    private static void requireSame(String first, Manifest expected, String directory, Manifest manifest) {
        Optional<String> difference = expected.model().difference(manifest.model());
        if (difference.isEmpty() && !expected.templateHash().equals(manifest.templateHash())) {
            difference = Optional.of("another chat template (" + ModelIdentity.brief(manifest.templateHash()) + ", not "
                    + ModelIdentity.brief(expected.templateHash()) + ")");
        }
        boolean turned = expected.images().exifApplied();
        if (difference.isEmpty() && turned != manifest.images().exifApplied()) {
            difference = Optional.of("another prepare.exif (" + exif(!turned) + ", not " + exif(turned) + ")");
        }
        if (difference.isPresent()) {
            throw Manifest.unusable(
                    directory,
                    "they were prepared with " + difference.get() + " than " + first
                            + "; prepare both with the same --model and settings");
        }
    }

    private static String exif(boolean applied) {
        return applied ? "apply" : "ignore";
    }

    private static void requireFiles(Storage storage, String directory, ShardEntry entry) throws IOException {
        for (ShardEntry.StoredFile file : entry.files()) {
            FileEntry found = storage.entry(Storage.child(directory, file.name()));
            if (found == null) {
                throw Manifest.unusable(directory, file.name() + " is missing; copy the whole directory");
            }
            if (found.bytes() != file.bytes()) {
                throw Manifest.unusable(
                        directory,
                        file.name() + " has " + found.bytes() + " bytes, expected " + file.bytes()
                                + "; copy the whole directory again");
            }
        }
    }

    /**
     * Checks that a model makes the same ids and tiles as the one that prepared the rows.
     *
     * @param verb what the job wants to do, such as {@code train on}
     * @param modelDirectory as the user wrote it
     * @throws InvalidSettingsException if it does not
     */
    public void requireModel(String verb, String modelDirectory, ModelIdentity model) {
        model.difference(manifest().model()).ifPresent(difference -> {
            throw new InvalidSettingsException(List.of("Cannot " + verb + " " + String.join(", ", directories)
                    + ": they were prepared with " + difference + "; run prepare with --model " + modelDirectory));
        });
    }

    /** The directories, in the order of their rows. */
    public List<String> directories() {
        return directories;
    }

    /** The manifest of the first directory; all agree in the model, the template and prepare.exif. */
    public Manifest manifest() {
        return manifests.get(0);
    }

    /** The manifests of all directories. */
    public List<Manifest> manifests() {
        return manifests;
    }

    /** Number of rows. */
    public int rows() {
        return index.rows();
    }

    /** Ids and token counts. */
    public RowIndex index() {
        return index;
    }

    /**
     * One hash of the content of all shards, the same wherever the directories lie.
     *
     * @return hexadecimal digits
     */
    public String contentHash() {
        StringBuilder all = new StringBuilder();
        for (ShardPlace shard : shards) {
            for (ShardEntry.StoredFile file : shard.entry().files()) {
                all.append(file.sha256()).append('\n');
            }
        }
        return Sha256.of(all.toString());
    }

    /**
     * A reader for one thread that gives tiles; the caller closes it.
     *
     * @param processor the model's, which makes the tiles where the shards hold the original bytes alone
     */
    public ShardReader reader(ImageProcessor processor) {
        return new ShardReader(storage, shards, processor);
    }

    /** A reader for one thread of words, ids and original images; the caller closes it. Tiles only where shards hold them. */
    public ShardReader reader() {
        return new ShardReader(storage, shards, null);
    }
}
