// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs;

import dev.vireo.jobs.runtime.JobDefinition;
import dev.vireo.jobs.runtime.JobOption;
import dev.vireo.jobs.score.ScoreJob;
import java.util.List;
import java.util.Set;

/** {@code vireo score}: log-probabilities of both answers of every row. */
public final class Score {
    static final JobDefinition JOB = new JobDefinition(
            "score",
            "Write the log-probability of both answers of every row; training takes it as its reference.",
            Set.of(JobOption.MODEL, JobOption.SHARDS, JobOption.OUTPUT),
            Set.of(JobOption.ADAPTER),
            List.of("model", "score"),
            new ScoreJob());

    private Score() {}

    /** Entry point of {@code spark-submit}. */
    public static void main(String[] arguments) {
        Launcher.main(JOB, arguments);
    }
}
