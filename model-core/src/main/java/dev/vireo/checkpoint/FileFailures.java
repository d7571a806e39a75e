// SPDX-License-Identifier: Apache-2.0
package dev.vireo.checkpoint;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/** I/O errors in one form: what was done, to which file, and why it failed. */
final class FileFailures {
    private FileFailures() {}

    static UncheckedIOException reading(Path file, IOException cause) {
        return new UncheckedIOException("Cannot read " + file + ": " + reason(cause), cause);
    }

    static UncheckedIOException writing(Path file, IOException cause) {
        return new UncheckedIOException("Cannot write " + file + ": " + reason(cause), cause);
    }

    private static String reason(IOException cause) {
        return cause.getClass().getSimpleName() + (cause.getMessage() == null ? "" : " " + cause.getMessage());
    }
}
