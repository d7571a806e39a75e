// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs;

import dev.vireo.jobs.runtime.JobDefinition;
import dev.vireo.jobs.runtime.JobOption;
import dev.vireo.jobs.train.TrainJob;
import java.util.List;
import java.util.Set;

/** {@code vireo train}: SFT, ORPO or DPO on the rows of {@code prepare}, by one or several workers. */
public final class Train {
    static final JobDefinition JOB = new JobDefinition(
            "train",
            "Train a LoRA adapter, or all parameters, with SFT, ORPO or DPO on one or several executors.",
            Set.of(JobOption.MODEL, JobOption.SHARDS, JobOption.OUTPUT),
            Set.of(JobOption.ADAPTER, JobOption.EVAL),
            List.of("model", "train", "score"),
            new TrainJob());

    private Train() {}

    /** Entry point of {@code spark-submit}. */
    public static void main(String[] arguments) {
        Launcher.main(JOB, arguments);
    }
}
