// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.report;

import dev.vireo.jobs.storage.Storage;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;

/**
 * Writes scalars as TensorBoard's event files: {@code eval_loss} as {@code eval/loss}, other names under {@code train/}.
 *
 * <p>A file is a sequence of records (little-endian length, its masked CRC-32C, data, the data's masked CRC-32C), each an
 * {@code Event} of {@code tensorflow/core/util/event.proto}. Confined to one thread.
 */
public final class TensorBoardWriter implements AutoCloseable {
    private static final String EVALUATION = "eval_";

    private final LogFile file;

    private TensorBoardWriter(LogFile file) {
        this.file = file;
    }

    /**
     * Starts an event file in a directory.
     *
     * @param lastStep the last step that counts of earlier event files there, whose later steps TensorBoard then hides; 0
     *     for a new run
     */
    public static TensorBoardWriter open(Storage storage, String directory, long lastStep) throws IOException {
        long millis = System.currentTimeMillis();
        String name;
        do {
            // The seconds in the name are TensorBoard's order of files; the rest makes it unique.
            name = String.format(Locale.ROOT, "events.out.tfevents.%010d.vireo.%d", millis / 1000, millis);
            millis++;
        } while (storage.exists(Storage.child(directory, name)));
        EventBytes version = new EventBytes().wallTime(now()).text(EventBytes.FILE_VERSION, "brain.Event:2");
        LogFile file = new LogFile(storage, Storage.child(directory, name), version.record(), System::nanoTime);
        if (lastStep > 0) {
            file.append(EventBytes.restart(now(), lastStep + 1).record());
        }
        return new TensorBoardWriter(file);
    }

    /** Appends the finite ones among the values of a step. */
    public void append(long step, Map<String, ? extends Number> values) throws IOException {
        EventBytes summary = new EventBytes();
        values.forEach((name, value) -> {
            if (Double.isFinite(value.doubleValue())) {
                summary.scalar(tag(name), value.floatValue());
            }
        });
        if (!summary.isEmpty()) {
            file.append(EventBytes.summary(now(), step, summary).record());
        }
    }

    static String tag(String name) {
        return name.startsWith(EVALUATION) ? "eval/" + name.substring(EVALUATION.length()) : "train/" + name;
    }

    private static double now() {
        return System.currentTimeMillis() / 1000.0;
    }

    /** Makes everything readable that was appended, on storage that is not local too. */
    public void flush() throws IOException {
        file.flush();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
