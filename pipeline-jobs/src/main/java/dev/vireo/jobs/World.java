// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs;

import dev.vireo.jobs.runtime.JobDefinition;
import dev.vireo.jobs.runtime.JobOption;
import dev.vireo.jobs.world.WorldJob;
import java.util.List;
import java.util.Set;

/** {@code vireo world}: the built-in pictures, questions and answers as Parquet. */
public final class World {
    static final JobDefinition JOB = new JobDefinition(
            "world",
            "Write the built-in world as Parquet: pictures of shapes and charts, questions, right and hallucinated answers.",
            Set.of(JobOption.OUTPUT),
            Set.of(),
            List.of("world"),
            new WorldJob());

    private World() {}

    /** Entry point of {@code spark-submit}. */
    public static void main(String[] arguments) {
        Launcher.main(JOB, arguments);
    }
}
