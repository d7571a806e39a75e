// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.storage;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Files of this machine through NIO. Hadoop's local file system is not used: two racing creates may both succeed there,
 * and it keeps checksum files that go stale when another program writes.
 */
final class LocalFiles implements FileOperations {
    static Path local(org.apache.hadoop.fs.Path path) {
        return Path.of(path.toUri().getPath());
    }

    @Override
    public @Nullable FileEntry entry(org.apache.hadoop.fs.Path path) throws IOException {
        Path local = local(path);
        return Files.exists(local) ? entry(local) : null;
    }

    private static FileEntry entry(Path local) throws IOException {
        BasicFileAttributes attributes = Files.readAttributes(local, BasicFileAttributes.class);
        boolean directory = attributes.isDirectory();
        Path name = local.getFileName();
        return new FileEntry(
                local.toString(),
                name == null ? "" : name.toString(),
                directory ? 0 : attributes.size(),
                attributes.lastModifiedTime().toMillis(),
                directory);
    }

    @Override
    public List<FileEntry> list(org.apache.hadoop.fs.Path directory) throws IOException {
        try (Stream<Path> children = Files.list(local(directory))) {
            // What another process deletes meanwhile is not in the list.
            return children.flatMap(child -> entryIfThere(child).stream())
                    .sorted(Comparator.comparing(FileEntry::name))
                    .toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private static Optional<FileEntry> entryIfThere(Path child) {
        try {
            return Optional.of(entry(child));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public InputStream read(org.apache.hadoop.fs.Path file) throws IOException {
        return Files.newInputStream(local(file));
    }

    @Override
    public SeekableByteChannel channel(org.apache.hadoop.fs.Path file) throws IOException {
        return Files.newByteChannel(local(file));
    }

    @Override
    public OutputStream write(org.apache.hadoop.fs.Path file) throws IOException {
        return Files.newOutputStream(withParents(file));
    }

    @Override
    public void publish(org.apache.hadoop.fs.Path file, byte[] content) throws IOException {
        Path target = withParents(file);
        Path temporary = target.resolveSibling("." + target.getFileName() + "." + UUID.randomUUID());
        try {
            create(temporary, target, content);
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    @Override
    public void createExclusive(org.apache.hadoop.fs.Path file, byte[] content) throws IOException {
        Path target = withParents(file);
        Path temporary = target.resolveSibling("." + target.getFileName() + "." + UUID.randomUUID());
        try {
            create(temporary, target, content);
            // A hard link fails if the name exists, and the name never shows a part of the content.
            Files.createLink(target, temporary);
        } catch (UnsupportedOperationException e) {
            Files.write(target, content, StandardOpenOption.CREATE_NEW);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    private static void create(Path file, Path target, byte[] content) throws IOException {
        try {
            Files.write(file, content, StandardOpenOption.CREATE_NEW);
        } catch (IOException e) {
            // A full disk does not name the file.
            IOException named = new IOException("Cannot write " + target + ": " + e.getMessage());
            named.addSuppressed(e);
            throw named;
        }
    }

    @Override
    public void createDirectory(org.apache.hadoop.fs.Path directory) throws IOException {
        Files.createDirectories(local(directory));
    }

    @Override
    public void move(org.apache.hadoop.fs.Path file, org.apache.hadoop.fs.Path target) throws IOException {
        Files.move(local(file), withParents(target), StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    public void delete(org.apache.hadoop.fs.Path path) throws IOException {
        Path root = local(path);
        if (!Files.exists(root, java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.deleteIfExists(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException error) throws IOException {
                if (error instanceof NoSuchFileException) {
                    return FileVisitResult.CONTINUE;
                }
                throw error;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException error) throws IOException {
                if (error != null) {
                    throw error;
                }
                Files.deleteIfExists(directory);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    private static Path withParents(org.apache.hadoop.fs.Path file) throws IOException {
        Path local = local(file);
        Path parent = local.getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        return local;
    }
}
