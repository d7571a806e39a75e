// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.workers;

import dev.vireo.jobs.storage.Storage;
import dev.vireo.quantization.BaseFormat;
import dev.vireo.tensor.Precision;
import java.io.IOException;
import java.io.Serializable;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The model that a run's tasks compute with; goes to executors by Java serialization.
 *
 * @param run of which the model is part; another run loads anew, since files may have changed
 * @param storage where the directories lie
 * @param model directory
 * @param adapter directory; null for the model alone
 * @param precision in which it computes
 * @param base how its frozen weights are held
 * @param threads CPU threads for a task
 * @param featureBytes most bytes of image features that a machine keeps
 */
public record ModelSpec(
        String run,
        Storage storage,
        String model,
        @Nullable String adapter,
        Precision precision,
        BaseFormat base,
        int threads,
        long featureBytes)
        implements Serializable {
    /** A model for a run that begins. */
    public static ModelSpec begin(
            Storage storage,
            String model,
            @Nullable String adapter,
            Precision precision,
            BaseFormat base,
            int threads,
            long featureBytes)
            throws IOException {
        return new ModelSpec(
                UUID.randomUUID().toString(),
                storage,
                storage.absolute(model),
                adapter == null ? null : storage.absolute(adapter),
                precision,
                base,
                threads,
                featureBytes);
    }

    /** The same model with another adapter. */
    public ModelSpec withAdapter(@Nullable String other) {
        return new ModelSpec(run, storage, model, other, precision, base, threads, featureBytes);
    }

    /** What two tasks must agree in to share a loaded model on one device. */
    record Key(
            String run, String model, @Nullable String adapter, Precision precision, BaseFormat base, String device) {}

    Key key(ai.djl.Device device) {
        return new Key(run, model, adapter, precision, base, device.toString());
    }
}
