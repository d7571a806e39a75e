// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.adapters;

import dev.vireo.checkpoint.CheckpointMismatchException;
import dev.vireo.checkpoint.PeftAdapter;
import dev.vireo.jobs.config.InvalidSettingsException;
import dev.vireo.jobs.runtime.JobContext;
import dev.vireo.jobs.storage.LocalCopy;
import dev.vireo.model.ModelSurvey;
import dev.vireo.pretrained.PretrainedModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Reads what the arguments name; what does not fit together is a wrong argument. */
final class AdapterInputs {
    private AdapterInputs() {}

    /** What {@code made} makes, whose refusal of a file is that of an argument, with all its lines. */
    static <T> T checked(Supplier<T> made) {
        try {
            return made.get();
        } catch (CheckpointMismatchException | IllegalArgumentException e) {
            throw new InvalidSettingsException(List.of(String.valueOf(e.getMessage())));
        }
    }

    /** An adapter as it is stored. */
    static PeftAdapter read(JobContext context, String directory) throws IOException {
        Path local = LocalCopy.of(context.storage(), directory);
        return checked(() -> PeftAdapter.read(local));
    }

    /** Adapters of one model, under its names where it is given. */
    static List<PeftAdapter> read(JobContext context, List<String> directories, @Nullable String model)
            throws IOException {
        List<PeftAdapter> adapters = new ArrayList<>();
        for (String directory : directories) {
            adapters.add(read(context, directory));
        }
        if (model == null) {
            requireOneBase(adapters);
            return adapters;
        }
        Path local = LocalCopy.of(context.storage(), model);
        try (ModelSurvey survey = checked(() -> PretrainedModel.survey(local))) {
            return adapters.stream()
                    .map(adapter -> checked(() -> survey.adapterHost().fitted(adapter)))
                    .toList();
        }
    }

    private static void requireOneBase(List<PeftAdapter> adapters) {
        PeftAdapter named = adapters.stream()
                .filter(adapter -> adapter.config().baseModel() != null)
                .findFirst()
                .orElse(adapters.get(0));
        for (PeftAdapter adapter : adapters) {
            String base = adapter.config().baseModel();
            if (base != null && !base.equals(named.config().baseModel())) {
                throw new InvalidSettingsException(List.of("Cannot average adapters of different models: "
                        + named.origin() + " says " + named.config().baseModel() + ", " + adapter.origin() + " says "
                        + base
                        + " (base_model_name_or_path); if it is one model under two names, --model DIR says which"));
            }
        }
    }
}
