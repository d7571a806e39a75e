// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs;

import dev.vireo.jobs.prepare.PrepareJob;
import dev.vireo.jobs.runtime.JobDefinition;
import dev.vireo.jobs.runtime.JobOption;
import java.util.List;
import java.util.Set;

/** {@code vireo prepare}: Parquet as published becomes shards of token ids and image tiles. */
public final class Prepare {
    static final JobDefinition JOB = new JobDefinition(
            "prepare",
            "Turn Parquet of image questions into shards: token ids, resized images, exact token counts.",
            Set.of(JobOption.MODEL, JobOption.PARQUET, JobOption.OUTPUT),
            Set.of(JobOption.DRY_RUN),
            List.of("prepare"),
            new PrepareJob());

    private Prepare() {}

    /** Entry point of {@code spark-submit}. */
    public static void main(String[] arguments) {
        Launcher.main(JOB, arguments);
    }
}
