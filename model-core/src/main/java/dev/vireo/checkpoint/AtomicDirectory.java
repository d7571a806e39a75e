// SPDX-License-Identifier: Apache-2.0
package dev.vireo.checkpoint;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Directories that appear under their name only once they are complete. */
final class AtomicDirectory {
    private AtomicDirectory() {}

    /** Fills a directory beside {@code target} and moves it there, in place of one that is there. */
    static void write(Path target, Consumer<Path> content) {
        Path parent = requireNonNull(target.toAbsolutePath().getParent());
        Path partial = parent.resolve("." + target.getFileName() + ".partial");
        Path replaced = parent.resolve("." + target.getFileName() + ".replaced");
        try {
            delete(partial);
            Files.createDirectories(partial);
            content.accept(partial);
            delete(replaced);
            if (Files.exists(target)) {
                Files.move(target, replaced, StandardCopyOption.ATOMIC_MOVE);
            }
            Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE);
            delete(replaced);
        } catch (IOException e) {
            throw FileFailures.writing(target, e);
        }
    }

    private static void delete(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        List<Path> deepestFirst;
        try (Stream<Path> found = Files.walk(directory)) {
            deepestFirst = found.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path each : deepestFirst) {
            Files.delete(each);
        }
    }
}
