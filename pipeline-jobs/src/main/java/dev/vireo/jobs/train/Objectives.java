// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.train;

import dev.vireo.batch.PackedBatch.PromptTargets;
import dev.vireo.jobs.config.ObjectiveSettings;
import dev.vireo.objective.Dpo;
import dev.vireo.objective.NllScope;
import dev.vireo.objective.Objective;
import dev.vireo.objective.Orpo;
import dev.vireo.objective.Sft;

/** From settings to objectives. */
final class Objectives {
    private Objectives() {}

    static Objective of(ObjectiveSettings settings) {
        return switch (settings.kind()) {
            case ORPO ->
                new Orpo(
                        settings.beta(),
                        switch (settings.orpoNll()) {
                            case COMPLETION -> NllScope.COMPLETION;
                            case ALL -> NllScope.ALL;
                        });
            case DPO -> new Dpo(settings.beta());
            case SFT -> new Sft();
        };
    }

    /** Which prompt tokens count in an objective's likelihood. */
    static PromptTargets promptTargets(Objective objective) {
        return objective.nllScope() == NllScope.ALL ? PromptTargets.SCORED : PromptTargets.IGNORED;
    }
}
