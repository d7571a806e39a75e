// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.shards;

import java.io.Serializable;
import java.util.List;
import java.util.Objects;

/**
 * One shard: consecutive rows and the images that they use.
 *
 * @param name such as {@code 00012}
 * @param rows in it
 * @param tokens of all rows, prompts with their images and every answer
 * @param images different ones
 * @param files that hold it, relative to the directory: index, rows, images; none where no row was kept
 */
public record ShardEntry(String name, int rows, long tokens, int images, List<StoredFile> files)
        implements Serializable {
    public ShardEntry {
        Objects.requireNonNull(name, "name");
        files = List.copyOf(files);
    }

    /**
     * A file of a shard.
     *
     * @param name relative to the directory of the manifest
     * @param bytes its length
     * @param sha256 of its content, in hexadecimal digits
     */
    public record StoredFile(String name, long bytes, String sha256) implements Serializable {
        public StoredFile {
            Objects.requireNonNull(name, "name");
            Objects.requireNonNull(sha256, "sha256");
        }
    }

    /** Bytes of the rows without their images. */
    public long rowBytes() {
        return files.isEmpty() ? 0 : index().bytes() + rowFile().bytes();
    }

    StoredFile index() {
        return files.get(0);
    }

    StoredFile rowFile() {
        return files.get(1);
    }

    StoredFile imageFile() {
        return files.get(2);
    }
}
