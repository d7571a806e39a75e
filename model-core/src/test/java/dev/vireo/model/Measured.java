// SPDX-License-Identifier: Apache-2.0
package dev.vireo.model;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BinaryOperator;

/** What parity tests measured, for docs/models.md: a small file a checkpoint and column under {@code target/measured}. */
public final class Measured {
    static final Path DIRECTORY = Path.of("target/measured");

    private static final Map<Path, String> VALUES = new ConcurrentHashMap<>();

    private Measured() {}

    /** A difference to the reference; the largest one counts. */
    public static void difference(String checkpoint, String column, double difference) {
        put(
                checkpoint,
                column,
                Double.toString(difference),
                (a, b) -> Double.toString(Math.max(Double.parseDouble(a), Double.parseDouble(b))));
    }

    /** Something that was found to be so. */
    public static void found(String checkpoint, String column, String what) {
        put(checkpoint, column, what, (a, b) -> a.contains(b) ? a : a + " " + b);
    }

    private static void put(String checkpoint, String column, String value, BinaryOperator<String> both) {
        Path file = DIRECTORY.resolve(checkpoint).resolve(column);
        VALUES.compute(file, (path, before) -> {
            String now = before == null ? value : both.apply(before, value);
            try {
                Files.createDirectories(path.getParent());
                Files.writeString(path, now);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return now;
        });
    }
}
