// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.adapters;

import com.google.gson.JsonObject;
import dev.vireo.jobs.runtime.JobContext;
import dev.vireo.jobs.storage.FileEntry;
import dev.vireo.jobs.storage.OutputDirectory;
import dev.vireo.jobs.storage.Storage;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * Where a job writes files: the output itself where it is a directory of this machine, else a temporary folder from which they are
 * copied. Begins the output when it is opened.
 */
final class ResultFolder implements AutoCloseable {
    private final Storage storage;
    private final OutputDirectory output;
    private final Path folder;
    private final boolean copied;

    private ResultFolder(Storage storage, OutputDirectory output, Path folder, boolean copied) {
        this.storage = storage;
        this.output = output;
        this.folder = folder;
        this.copied = copied;
    }

    /** @param inputs paths by what they are, which with the settings of {@code adapter} decide the result */
    static ResultFolder open(JobContext context, Map<String, String> inputs) throws IOException {
        Storage storage = context.storage();
        Map<String, String> deciding = new TreeMap<>(inputs);
        context.settings().written().forEach((key, value) -> {
            if (key.startsWith("adapter.")) {
                deciding.put(key, value);
            }
        });
        OutputDirectory output = OutputDirectory.open(
                storage,
                context.arguments().output(),
                context.name(),
                deciding.toString(),
                context.arguments().overwrite());
        Path local = storage.local(output.path()).orElse(null);
        return local == null
                ? new ResultFolder(storage, output, Files.createTempDirectory("vireo-adapter-"), true)
                : new ResultFolder(storage, output, local, false);
    }

    /** The folder to write into. */
    Path folder() {
        return folder;
    }

    /** Brings the files to their place and marks the output as finished. */
    void finish() throws IOException {
        if (copied) {
            for (FileEntry file : storage.list(folder.toString())) {
                try (InputStream in = storage.read(file.path());
                        OutputStream out = storage.write(output.child(file.name()))) {
                    in.transferTo(out);
                }
            }
        }
        output.finish(new JsonObject());
    }

    @Override
    public void close() throws IOException {
        if (copied) {
            storage.delete(folder.toString());
        }
    }
}
