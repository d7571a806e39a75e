// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.plan;

import dev.vireo.adapter.AdaptedModule;
import dev.vireo.jobs.config.TrainSettings;
import dev.vireo.model.ModelSurvey;
import java.util.List;

/** The modules that a recipe adapts. */
final class Adapted {
    private Adapted() {}

    static List<AdaptedModule> of(ModelSurvey survey, TrainSettings train) {
        if (train.full()) {
            return List.of();
        }
        return AdaptedModule.of(survey.adapterHost(), train.lora().adapter());
    }
}
