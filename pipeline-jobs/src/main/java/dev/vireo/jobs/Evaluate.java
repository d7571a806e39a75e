// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs;

import dev.vireo.jobs.evaluate.EvaluateJob;
import dev.vireo.jobs.runtime.JobDefinition;
import dev.vireo.jobs.runtime.JobOption;
import java.util.List;
import java.util.Set;

/** {@code vireo evaluate}: a model and its adapters on held-out rows. */
public final class Evaluate {
    static final JobDefinition JOB = new JobDefinition(
            "evaluate",
            "Compare a model and any number of adapters on held-out rows: losses, preferences, yes/no questions, answers.",
            Set.of(JobOption.MODEL, JobOption.SHARDS, JobOption.OUTPUT),
            Set.of(JobOption.ADAPTERS),
            List.of("model", "evaluate"),
            new EvaluateJob());

    private Evaluate() {}

    /** Entry point of {@code spark-submit}. */
    public static void main(String[] arguments) {
        Launcher.main(JOB, arguments);
    }
}
