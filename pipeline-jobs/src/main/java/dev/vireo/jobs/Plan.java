// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs;

import dev.vireo.jobs.plan.PlanJob;
import dev.vireo.jobs.runtime.JobDefinition;
import dev.vireo.jobs.runtime.JobOption;
import java.util.List;
import java.util.Set;

/** {@code vireo plan}: what a recipe needs, before anything is launched. */
public final class Plan {
    static final JobDefinition JOB = new JobDefinition(
            "plan",
            "Say which modules a recipe trains and what memory, time and money it needs, before anything is launched.",
            Set.of(JobOption.MODEL),
            Set.of(JobOption.ADAPTER, JobOption.SHARDS),
            List.of("plan", "model", "train"),
            new PlanJob());

    private Plan() {}

    /** Entry point of {@code spark-submit}. */
    public static void main(String[] arguments) {
        Launcher.main(JOB, arguments);
    }
}
