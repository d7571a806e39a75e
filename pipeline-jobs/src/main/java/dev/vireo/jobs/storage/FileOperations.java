// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.storage;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.SeekableByteChannel;
import java.util.List;
import org.apache.hadoop.fs.Path;
import org.jspecify.annotations.Nullable;

/** What {@link Storage} needs from a kind of file system. All paths are qualified. */
interface FileOperations {
    /** Name, length and kind of a file or directory; null if there is none. */
    @Nullable
    FileEntry entry(Path path) throws IOException;

    /** Direct children, sorted by name. */
    List<FileEntry> list(Path directory) throws IOException;

    InputStream read(Path file) throws IOException;

    /** Opens a file for reading at any place. */
    SeekableByteChannel channel(Path file) throws IOException;

    /** Creates or replaces a file, with missing directories above it. */
    OutputStream write(Path file) throws IOException;

    /** Creates or replaces a file so that a reader sees the old or the new content and never a part. */
    void publish(Path file, byte[] content) throws IOException;

    /** Creates a file; of several that race only one does not get {@link java.nio.file.FileAlreadyExistsException}. */
    void createExclusive(Path file, byte[] content) throws IOException;

    void createDirectory(Path directory) throws IOException;

    /** Gives a file another name on the same file system; what had that name is replaced. */
    void move(Path file, Path target) throws IOException;

    /** Deletes a file, or a directory with all below it; nothing happens if there is none. */
    void delete(Path path) throws IOException;
}
