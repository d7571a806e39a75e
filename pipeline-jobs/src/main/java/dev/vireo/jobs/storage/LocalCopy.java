// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.storage;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Predicate;

/**
 * Makes a model or adapter directory readable as local files, so that weights can be memory-mapped. A local directory is
 * used where it lies. Any other is copied once for each machine into a folder named by the content's identity (path,
 * lengths and times of all files); executors of one machine share it. {@code VIREO_CACHE} names the folder of the
 * copies; without it they lie in the temporary folder.
 */
public final class LocalCopy {
    private static final List<String> WEIGHTS =
            List.of(".safetensors", ".bin", ".pt", ".pth", ".gguf", ".h5", ".msgpack");
    private static final Object ONE_AT_A_TIME = new Object();

    private LocalCopy() {}

    /**
     * The local place of a directory.
     *
     * @throws IOException if the directory is missing or cannot be copied
     */
    public static Path of(Storage storage, String directory) throws IOException {
        return of(storage, directory, name -> true);
    }

    /**
     * The local place of a model directory without its weights, for jobs that need its configuration, tokenizer and image
     * processor alone.
     *
     * @throws IOException if the directory is missing or cannot be copied
     */
    public static Path withoutWeights(Storage storage, String directory) throws IOException {
        return of(storage, directory, name -> WEIGHTS.stream().noneMatch(name::endsWith));
    }

    private static Path of(Storage storage, String directory, Predicate<String> wanted) throws IOException {
        FileEntry entry = storage.entry(directory);
        if (entry == null || !entry.isDirectory()) {
            throw new IOException("Cannot open " + directory + ": "
                    + (entry == null ? "there is no such directory" : "it is a file, expected a directory"));
        }
        Path local = storage.local(directory).orElse(null);
        return local != null ? local : copied(storage, directory, wanted);
    }

    private static Path copied(Storage storage, String directory, Predicate<String> wanted) throws IOException {
        List<FileEntry> files = storage.list(directory).stream()
                .filter(file -> !file.isDirectory() && wanted.test(file.name()))
                .toList();
        Path cache = cache();
        Files.createDirectories(cache);
        String key = key(storage.absolute(directory), files);
        Path target = cache.resolve(key);
        // File locks belong to the process, so threads need one of their own.
        synchronized (ONE_AT_A_TIME) {
            try (FileChannel channel = FileChannel.open(
                            cache.resolve(key + ".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock held = channel.lock()) {
                if (held.isValid() && !Files.isDirectory(target)) {
                    copy(storage, files, cache, target);
                }
            }
        }
        return target;
    }

    private static void copy(Storage storage, List<FileEntry> files, Path cache, Path target) throws IOException {
        Path partial = Files.createTempDirectory(cache, "partial-");
        try {
            for (FileEntry file : files) {
                try (InputStream stream = storage.read(file.path())) {
                    long bytes = Files.copy(stream, partial.resolve(file.name()));
                    if (bytes != file.bytes()) {
                        throw new IOException(
                                "Cannot copy " + file.path() + ": read " + bytes + " bytes, expected " + file.bytes());
                    }
                }
            }
            Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            if (Files.exists(partial)) {
                new LocalFiles().delete(new org.apache.hadoop.fs.Path(partial.toUri()));
            }
        }
    }

    /** The folder on this machine in which copies and other things that can be made again are kept. */
    public static Path cache() {
        String named = System.getenv("VIREO_CACHE");
        return named != null && !named.isBlank()
                ? Path.of(named)
                : Path.of(System.getProperty("java.io.tmpdir"), "vireo-" + System.getProperty("user.name"));
    }

    private static String key(String directory, List<FileEntry> files) {
        StringBuilder identity = new StringBuilder(directory);
        for (FileEntry file : files) {
            identity.append('\n').append(file.name()).append(' ').append(file.bytes());
            identity.append(' ').append(file.modifiedMillis());
        }
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256")
                    .digest(identity.toString().getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }
}
