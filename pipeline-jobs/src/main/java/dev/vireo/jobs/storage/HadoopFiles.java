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
                put(file, content, false);
            }
        } catch (org.apache.hadoop.fs.FileAlreadyExistsException e) {
            FileAlreadyExistsException exists = new FileAlreadyExistsException(file.toString());
            exists.initCause(e);
            throw exists;
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
