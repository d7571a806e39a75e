// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.storage;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.FileAlreadyExistsException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FSDataOutputStreamBuilder;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Options;
import org.apache.hadoop.fs.Path;
import org.jspecify.annotations.Nullable;

/** Files of HDFS, S3A and any other file system that Hadoop knows. */
final class HadoopFiles implements FileOperations {
    /** Schemes whose rename is atomic; object stores show a file when it is closed and need none. */
    private static final Set<String> RENAMING = Set.of("hdfs", "viewfs", "webhdfs", "swebhdfs", "ofs");

    /** What S3A calls a write on the condition that there is no object ({@code fs.s3a.create.conditional.enabled}). */
    private static final String IF_ABSENT = "fs.option.create.conditional.overwrite";

    private final Configuration configuration;

    HadoopFiles(Configuration configuration) {
        this.configuration = configuration;
    }

    @Override
    public @Nullable FileEntry entry(Path path) throws IOException {
        try {
            return entry(system(path).getFileStatus(path));
        } catch (FileNotFoundException e) {
            return null;
        }
    }

    private static FileEntry entry(FileStatus status) {
        Path path = status.getPath();
        return new FileEntry(
                path.toString(), path.getName(), status.getLen(), status.getModificationTime(), status.isDirectory());
    }

    @Override
    public List<FileEntry> list(Path directory) throws IOException {
        return Arrays.stream(system(directory).listStatus(directory))
                .map(HadoopFiles::entry)
                .sorted(Comparator.comparing(FileEntry::name))
                .toList();
    }

    @Override
    public InputStream read(Path file) throws IOException {
        return system(file).open(file);
    }

    @Override
    public SeekableByteChannel channel(Path file) throws IOException {
        FileSystem system = system(file);
        return new HadoopChannel(system.open(file), system.getFileStatus(file).getLen());
    }

    @Override
    public OutputStream write(Path file) throws IOException {
        return system(file).create(file, true);
    }

    @Override
    public void publish(Path file, byte[] content) throws IOException {
        if (!RENAMING.contains(file.toUri().getScheme())) {
            put(file, content, true);
            return;
        }
        putAndRename(file, content, Options.Rename.OVERWRITE);
    }

    private void putAndRename(Path file, byte[] content, Options.Rename how) throws IOException {
        Path temporary = new Path(file.getParent(), "." + file.getName() + "." + UUID.randomUUID());
        try {
            put(temporary, content, false);
            rename(temporary, file, how);
        } finally {
            system(file).delete(temporary, false);
        }
    }

    @Override
    public void createExclusive(Path file, byte[] content) throws IOException {
        try {
            if (RENAMING.contains(file.toUri().getScheme())) {
                // So that the name never shows a part of the content.
                putAndRename(file, content, Options.Rename.NONE);
            } else {
                putIfAbsent(file, content);
            }
        } catch (org.apache.hadoop.fs.FileAlreadyExistsException e) {
            throw exists(file, e);
        }
    }

    private static FileAlreadyExistsException exists(Path file, IOException cause) {
        FileAlreadyExistsException exists = new FileAlreadyExistsException(file.toString());
        exists.initCause(cause);
        return exists;
    }

    /**
     * Writes an object on the condition that there is none: the store decides when the writing ends. Without the condition
     * S3A looks first and writes then, and of two writers both succeed.
     */
    private void putIfAbsent(Path file, byte[] content) throws IOException {
        FileSystem system = system(file);
        if (!system.hasPathCapability(file, IF_ABSENT)) {
            put(file, content, false);
            return;
        }
        FSDataOutputStreamBuilder<?, ?> builder = system.createFile(file);
        try (FSDataOutputStream stream =
                builder.overwrite(false).opt(IF_ABSENT, true).build()) {
            stream.write(content);
        } catch (IOException e) {
            // A refusal may also be the answer to a repeated request whose first answer was lost.
            if (entry(file) == null) {
                throw e;
            }
            try (InputStream there = system.open(file)) {
                if (!Arrays.equals(there.readAllBytes(), content)) {
                    throw exists(file, e);
                }
            }
        }
    }

    @Override
    public void createDirectory(Path directory) throws IOException {
        system(directory).mkdirs(directory);
    }

    @Override
    public void move(Path file, Path target) throws IOException {
        if (RENAMING.contains(target.toUri().getScheme())) {
            system(target).mkdirs(target.getParent());
            rename(file, target, Options.Rename.OVERWRITE);
            return;
        }
        // An object store has no directories to make: what looks like one are the names of its objects.
        FileSystem system = system(target);
        system.delete(target, false);
        if (!system.rename(file, target)) {
            throw new IOException("Cannot rename " + file + " to " + target);
        }
    }

    /** Not FileSystem.rename, which answers false for an existing target. */
    private void rename(Path file, Path target, Options.Rename how) throws IOException {
        FileContext.getFileContext(target.toUri(), configuration).rename(file, target, how);
    }

    @Override
    public void delete(Path path) throws IOException {
        system(path).delete(path, true);
    }

    private void put(Path file, byte[] content, boolean replace) throws IOException {
        try (FSDataOutputStream stream = system(file).create(file, replace)) {
            stream.write(content);
            if (stream.hasCapability("hsync")) {
                stream.hsync();
            }
        }
    }

    private FileSystem system(Path path) throws IOException {
        return path.getFileSystem(configuration);
    }
}
