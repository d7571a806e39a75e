// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.workers;

import ai.djl.Device;
import dev.vireo.adapter.LoraAdapter;
import dev.vireo.checkpoint.PeftAdapter;
import dev.vireo.jobs.storage.LocalCopy;
import dev.vireo.model.VisionLanguageModel;
import dev.vireo.pretrained.PretrainedModel;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A model with its adapter on a device, for inference by several threads at once. */
public final class LoadedModel implements AutoCloseable {
    private final PretrainedModel pretrained;
    private final VisionLanguageModel model;
    private final @Nullable LoraAdapter adapter;

    private LoadedModel(PretrainedModel pretrained, VisionLanguageModel model, @Nullable LoraAdapter adapter) {
        this.pretrained = pretrained;
        this.model = model;
        this.adapter = adapter;
    }

    static LoadedModel load(ModelSpec spec, Device device) throws IOException {
        PretrainedModel pretrained = PretrainedModel.open(LocalCopy.of(spec.storage(), spec.model()));
        VisionLanguageModel model = pretrained.loader().frozen(device, spec.precision(), spec.base());
        KeptFeatures.attach(model, pretrained, spec.featureBytes());
        if (spec.adapter() == null) {
            return new LoadedModel(pretrained, model, null);
        }
        try {
            Path directory = LocalCopy.of(spec.storage(), spec.adapter());
            LoraAdapter adapter =
                    LoraAdapter.attach(model.adapterHost(), PeftAdapter.read(directory), LoraAdapter.Use.FIXED);
            return new LoadedModel(pretrained, model, adapter);
        } catch (IOException | RuntimeException e) {
            model.close();
            throw e;
        }
    }

    /** What the model's directory holds. */
    public PretrainedModel pretrained() {
        return pretrained;
    }

    /** The model, with the adapter attached to it. */
    public VisionLanguageModel model() {
        return model;
    }

    @Override
    public void close() {
        if (adapter != null) {
            adapter.close();
        }
        model.close();
    }
}
