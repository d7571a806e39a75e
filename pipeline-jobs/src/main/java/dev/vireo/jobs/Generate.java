// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs;

import dev.vireo.jobs.generate.GenerateJob;
import dev.vireo.jobs.runtime.JobDefinition;
import dev.vireo.jobs.runtime.JobOption;
import java.util.List;
import java.util.Set;

/** {@code vireo generate}: a model's answers to prepared rows, and preference pairs of them. */
public final class Generate {
    static final JobDefinition JOB = new JobDefinition(
            "generate",
            "Let a model answer the questions of prepared rows, compare its answers, and write preference pairs.",
            Set.of(JobOption.MODEL, JobOption.SHARDS, JobOption.OUTPUT),
            Set.of(JobOption.ADAPTER),
            List.of("model", "generate"),
            new GenerateJob());

    private Generate() {}

    /** Entry point of {@code spark-submit}. */
    public static void main(String[] arguments) {
        Launcher.main(JOB, arguments);
    }
}
