// SPDX-License-Identifier: Apache-2.0
package dev.vireo.model;

import dev.vireo.image.ProcessedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/**
 * Image features that a frozen vision encoder made, in files of a local directory, so that an image passes the encoder once
 * for all epochs, for DPO's reference and for evaluations, whichever job or process of the machine comes first. A file is named
 * by SHA-256 of what made the features and of the image's tiles, and ends with a digest of its content: one that is damaged
 * counts as absent. Several threads and processes may share a directory.
 */
public final class FeatureFiles {
    private static final int DIGEST_BYTES = 16;

    private final Path directory;
    private final String maker;
    private final long mostBytes;
    private final AtomicLong bytes;

    private FeatureFiles(Path directory, String maker, long mostBytes, long bytes) {
        this.directory = directory;
        this.maker = maker;
        this.mostBytes = mostBytes;
        this.bytes = new AtomicLong(bytes);
    }

    /**
     * Opens a directory, makes it where needed, readable by this user alone, and deletes the oldest files where more than half
     * of the space is taken.
     *
     * @param maker what decides the features beside the tiles: configuration, weights and precision
     * @param mostBytes once so much is kept, nothing is added
     * @throws UncheckedIOException if the directory cannot be made or read
     */
    public static FeatureFiles open(Path directory, String maker, long mostBytes) {
        try {
            if (!Files.isDirectory(directory)) {
                Files.createDirectories(
                        directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            }
            return new FeatureFiles(directory, maker, mostBytes, shrink(directory, mostBytes / 2));
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "Cannot keep image features in " + directory + ": " + e.getMessage()
                            + " (model.feature-cache=0 keeps none)",
                    e);
        }
    }

    private static long shrink(Path directory, long allowed) throws IOException {
        List<Path> files = new ArrayList<>();
        try (Stream<Path> found = Files.list(directory)) {
            found.filter(Files::isRegularFile).forEach(files::add);
        }
        files.sort(Comparator.comparingLong(file -> file.toFile().lastModified()));
        long total = files.stream().mapToLong(file -> file.toFile().length()).sum();
        for (Path file : files) {
            if (total <= allowed) {
                break;
            }
            total -= file.toFile().length();
            Files.deleteIfExists(file);
        }
        return total;
    }

    /**
     * The features of an image, if they are kept.
     *
     * @param size their bytes
     */
    Optional<byte[]> find(ProcessedImage image, int size) {
        Path file = file(image);
        try {
            if (!Files.isRegularFile(file) || Files.size(file) != size + DIGEST_BYTES) {
                return Optional.empty();
            }
            byte[] content = Files.readAllBytes(file);
            ByteBuffer features = ByteBuffer.wrap(content, 0, size);
            boolean intact = ByteBuffer.wrap(content, size, DIGEST_BYTES).equals(ByteBuffer.wrap(digest(features)));
            return intact ? Optional.of(java.util.Arrays.copyOf(content, size)) : Optional.empty();
        } catch (IOException e) {
            // Another process made room, or the disk fails: the features are computed again.
            return Optional.empty();
        }
    }

    /** Keeps the features of an image while there is space; a failure to write costs only the next computation. */
    void keep(ProcessedImage image, byte[] features) {
        if (bytes.addAndGet(features.length + DIGEST_BYTES) > mostBytes) {
            bytes.addAndGet(-features.length - DIGEST_BYTES);
            return;
        }
        Path partial = null;
        try {
            partial = Files.createTempFile(directory, "partial-", "");
            byte[] content = java.util.Arrays.copyOf(features, features.length + DIGEST_BYTES);
            System.arraycopy(digest(ByteBuffer.wrap(features)), 0, content, features.length, DIGEST_BYTES);
            Files.write(partial, content);
            Files.move(partial, file(image), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            if (partial != null) {
                partial.toFile().delete();
            }
        }
    }

    private Path file(ProcessedImage image) {
        MessageDigest sha = sha();
        sha.update(maker.getBytes(StandardCharsets.UTF_8));
        ByteBuffer sizes = ByteBuffer.allocate(2 * Integer.BYTES * (image.tileCount() + 1));
        image.tileSizes().forEach(size -> sizes.putInt(size.height()).putInt(size.width()));
        sha.update(sizes.putInt(image.imageHeight()).putInt(image.imageWidth()).flip());
        sha.update(image.tiles());
        return directory.resolve(HexFormat.of().formatHex(sha.digest()));
    }

    private static byte[] digest(ByteBuffer content) {
        MessageDigest sha = sha();
        sha.update(content);
        return java.util.Arrays.copyOf(sha.digest(), DIGEST_BYTES);
    }

    private static MessageDigest sha() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }
}
