// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.world;

import com.google.gson.JsonObject;
import dev.vireo.jobs.runtime.Job;
import dev.vireo.jobs.runtime.JobContext;
import dev.vireo.jobs.storage.FileEntry;
import dev.vireo.jobs.storage.OutputDirectory;
import dev.vireo.jobs.storage.Storage;
import dev.vireo.pretrained.PretrainedModel;
import java.io.IOException;
import java.nio.file.Path;

/** Makes a model directory whose weights are random, a function of {@code train.seed}. */
public final class InitJob implements Job {
    private static final String WEIGHTS = ".*\\.safetensors(\\.index\\.json)?";

    @Override
    public void run(JobContext context) throws IOException {
        Storage storage = context.storage();
        String source = context.arguments().model();
        long seed = context.settings().train().batch().seed();
        OutputDirectory output = OutputDirectory.open(
                storage,
                context.arguments().output(),
                context.name(),
                storage.absolute(source) + " " + seed,
                context.arguments().overwrite());
        for (FileEntry file : storage.list(source)) {
            boolean mark = file.name().startsWith("_") || file.name().startsWith(".");
            if (!file.isDirectory() && !mark && !file.name().matches(WEIGHTS)) {
                storage.publish(output.child(file.name()), storage.readBytes(file.path()));
            }
        }
        Path local = storage.local(output.path())
                .orElseThrow(() -> new IOException(
                        "Cannot write initial weights to " + output.path() + ": name a directory of this machine"));
        PretrainedModel.open(local).writeInitialWeights(local, seed);
        output.finish(new JsonObject());
        context.console().print("model with random weights: " + output.path());
    }
}
