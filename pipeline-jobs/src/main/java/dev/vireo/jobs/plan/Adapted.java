// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.plan;

import dev.vireo.adapter.AdaptedModule;
import dev.vireo.checkpoint.CheckpointMismatchException;
import dev.vireo.checkpoint.PeftAdapter;
import dev.vireo.jobs.config.InvalidSettingsException;
import dev.vireo.jobs.config.TrainSettings;
import dev.vireo.model.ModelSurvey;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The modules that a recipe adapts. */
final class Adapted {
    private Adapted() {}

    /**
     * Those of an adapter that is continued, else those that the settings name.
     *
     * @throws InvalidSettingsException if the adapter does not fit the model, or the settings match no module
     */
    static List<AdaptedModule> of(ModelSurvey survey, TrainSettings train, @Nullable Path continued) {
        if (train.full()) {
            return List.of();
        }
        try {
            return continued == null
                    ? AdaptedModule.of(survey.adapterHost(), train.lora().adapter())
                    : AdaptedModule.of(survey.adapterHost(), PeftAdapter.read(continued));
        } catch (CheckpointMismatchException e) {
            throw new InvalidSettingsException(List.of(e.getMessage()));
        }
    }
}
