// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.train;

import dev.vireo.jobs.storage.FileEntry;
import dev.vireo.jobs.storage.Storage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/** Directories of files that libraries write and read locally, on any storage. */
final class AttemptFiles {
    /** Writes or reads files of a local directory. */
    @FunctionalInterface
    interface Content {
        void at(Path folder) throws IOException;
    }

    private AttemptFiles() {}

    /** Writes a directory; the files are complete when this returns. */
    static List<SavedFile> write(Storage storage, String directory, Content content) throws IOException {
        Path local = storage.local(directory).orElse(null);
        if (local != null) {
            Files.createDirectories(local);
            content.at(local);
            return digests(local);
        }
        Path folder = Files.createTempDirectory("vireo-save-");
        try {
            content.at(folder);
            List<SavedFile> files = digests(folder);
            for (SavedFile file : files) {
                try (OutputStream out = storage.write(Storage.child(directory, file.name()))) {
                    Files.copy(folder.resolve(file.name()), out);
                }
            }
            return files;
        } finally {
            delete(folder);
        }
    }

    /** Reads a directory. */
    static void read(Storage storage, String directory, Content content) throws IOException {
        Path local = storage.local(directory).orElse(null);
        if (local != null) {
            content.at(local);
            return;
        }
        Path folder = Files.createTempDirectory("vireo-restore-");
        try {
            for (FileEntry file : storage.list(directory)) {
                try (InputStream in = storage.read(file.path())) {
                    Files.copy(in, folder.resolve(file.name()));
                }
            }
            content.at(folder);
        } finally {
            delete(folder);
        }
    }

    private static List<SavedFile> digests(Path folder) throws IOException {
        List<SavedFile> files = new ArrayList<>();
        try (Stream<Path> children = Files.list(folder)) {
            for (Path file : children.filter(Files::isRegularFile).sorted().toList()) {
                try (InputStream in = Files.newInputStream(file)) {
                    files.add(new SavedFile(file.getFileName().toString(), Files.size(file), sha256(in)));
                }
            }
        }
        return files;
    }

    static String sha256(InputStream content) throws IOException {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            try (DigestInputStream in = new DigestInputStream(content, digest)) {
                in.transferTo(OutputStream.nullOutputStream());
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }

    static String sha256(String text) {
        try (InputStream content = new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8))) {
            return sha256(content);
        } catch (IOException e) {
            throw new IllegalStateException("Bytes in memory can be read", e);
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> children = Files.list(folder)) {
            for (Path file : children.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(folder);
    }
}
