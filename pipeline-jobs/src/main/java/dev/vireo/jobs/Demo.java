// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs;

import dev.vireo.jobs.config.Settings;
import dev.vireo.jobs.demo.DemoJob;
import dev.vireo.jobs.runtime.JobDefinition;
import dev.vireo.jobs.runtime.JobOption;
import java.util.Set;

/** {@code vireo demo}: every job once on the built-in world, ending in a report. */
public final class Demo {
    static final JobDefinition JOB = new JobDefinition(
            "demo",
            "Run every job once on the built-in world and show what tuning changed. Writes demo/, needs nothing.",
            Set.of(),
            Set.of(JobOption.OUTPUT),
            Settings.sections(),
            new DemoJob());

    private Demo() {}

    /** Entry point of {@code spark-submit}. */
    public static void main(String[] arguments) {
        Launcher.main(JOB, arguments);
    }
}
