// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.report;

import dev.vireo.jobs.storage.Storage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A file that grows while a job runs. On this machine's own file system every record is readable at once. Other file
 * systems cannot append, so there the whole file is published again, at most every fifteen seconds and at the end.
 */
final class LogFile implements AutoCloseable {
    private static final long PUBLISH_NANOS = 15_000_000_000L;

    private final Storage storage;
    private final String path;
    private final LongSupplier nanoTime;
    private final @Nullable OutputStream local;
    private final ByteArrayOutputStream whole = new ByteArrayOutputStream();
    private long published;
    private boolean pending;

    /** Creates or replaces a file. */
    LogFile(Storage storage, String path, byte[] content, LongSupplier nanoTime) throws IOException {
        this.storage = storage;
        this.path = path;
        this.nanoTime = nanoTime;
        this.published = nanoTime.getAsLong();
        storage.publish(path, content);
        Optional<Path> place = storage.local(path);
        if (place.isPresent()) {
            local = Files.newOutputStream(place.get(), StandardOpenOption.APPEND);
        } else {
            local = null;
            whole.write(content);
        }
    }

    void append(byte[] record) throws IOException {
        if (local != null) {
            appendLocally(local, record);
            return;
        }
        whole.write(record);
        pending = true;
        if (nanoTime.getAsLong() - published >= PUBLISH_NANOS) {
            publish();
        }
    }

    private void appendLocally(OutputStream out, byte[] record) throws IOException {
        try {
            out.write(record);
        } catch (IOException e) {
            IOException named = new IOException("Cannot write " + path + ": " + e.getMessage());
            named.addSuppressed(e);
            throw named;
        }
    }

    /** Makes everything readable that was appended. */
    void flush() throws IOException {
        if (pending) {
            publish();
        }
    }

    private void publish() throws IOException {
        storage.publish(path, whole.toByteArray());
        published = nanoTime.getAsLong();
        pending = false;
    }

    @Override
    public void close() throws IOException {
        if (local != null) {
            local.close();
        } else if (pending) {
            publish();
        }
    }
}
