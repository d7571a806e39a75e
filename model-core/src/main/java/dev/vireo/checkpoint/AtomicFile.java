// SPDX-License-Identifier: Apache-2.0
package dev.vireo.checkpoint;

import static java.util.Objects.requireNonNull;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Files that appear under their name only once they are complete. */
final class AtomicFile {
    private AtomicFile() {}

    /** Writes the content of a file. */
    interface Content {
        void writeTo(OutputStream out) throws IOException;
    }

    /** Writes {@code file} beside its place and moves it there, making its directory where needed. */
    static void write(Path file, Content content) {
        Path directory = requireNonNull(file.toAbsolutePath().getParent());
        Path partial = directory.resolve("." + file.getFileName() + ".partial");
        try {
            Files.createDirectories(directory);
            try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(partial))) {
                content.writeTo(out);
            }
            Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw FileFailures.writing(file, e);
        } finally {
            deleteQuietly(partial);
        }
    }

    static void writeText(Path file, String text) {
        write(file, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static void deleteQuietly(Path partial) {
        try {
            Files.deleteIfExists(partial);
        } catch (IOException e) {
            // what matters has been said: the file itself is in place, or its failure is on the way to the caller
        }
    }
}
