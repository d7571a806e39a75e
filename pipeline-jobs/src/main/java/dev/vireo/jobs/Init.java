// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs;

import dev.vireo.jobs.runtime.JobDefinition;
import dev.vireo.jobs.runtime.JobOption;
import dev.vireo.jobs.world.InitJob;
import java.util.List;
import java.util.Set;

/** {@code vireo init}: a model directory with random weights, for training from nothing. */
public final class Init {
    static final JobDefinition JOB = new JobDefinition(
            "init",
            "Copy a model directory without its weights and give it random ones, for training from nothing.",
            Set.of(JobOption.MODEL, JobOption.OUTPUT),
            Set.of(),
            List.of("train"),
            new InitJob());

    private Init() {}

    /** Entry point of {@code spark-submit}. */
    public static void main(String[] arguments) {
        Launcher.main(JOB, arguments);
    }
}
