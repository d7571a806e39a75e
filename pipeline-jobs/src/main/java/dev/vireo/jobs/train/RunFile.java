// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.train;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import dev.vireo.jobs.storage.OutputDirectory;
import dev.vireo.jobs.storage.Storage;
import java.io.IOException;

/** {@code run.json} of an output: what decides the run, from the start, and how it ended. */
final class RunFile {
    private static final String NAME = "run.json";
    private static final Gson GSON =
            new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();

    private final Storage storage;
    private final String path;
    private final JsonObject content;

    private RunFile(Storage storage, String path, JsonObject content) {
        this.storage = storage;
        this.path = path;
        this.content = content;
    }

    /** Writes what decides the run; an end that stood there is gone. */
    static RunFile begin(Storage storage, OutputDirectory output, JsonObject content) throws IOException {
        RunFile file = new RunFile(storage, output.child(NAME), content);
        storage.publish(file.path, GSON.toJson(content));
        return file;
    }

    /** Runs a loop and writes how it ended, unless another driver has taken the output over. */
    RunEnd record(TrainLoop loop) throws IOException {
        RunEnd end;
        try {
            end = loop.run();
        } catch (IOException | RuntimeException e) {
            try {
                if (loop.ownsOutput()) {
                    write(RunEnd.of(e, loop.step()));
                }
            } catch (IOException unwritten) {
                e.addSuppressed(unwritten);
            }
            throw e;
        }
        write(end);
        return end;
    }

    private void write(RunEnd end) throws IOException {
        JsonObject ended = content.deepCopy();
        ended.add("end", end.toJson());
        storage.publish(path, GSON.toJson(ended));
    }
}
