// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs;

import dev.vireo.jobs.adapters.AverageJob;
import dev.vireo.jobs.adapters.InspectJob;
import dev.vireo.jobs.adapters.MergeJob;
import dev.vireo.jobs.runtime.Console;
import dev.vireo.jobs.runtime.JobDefinition;
import dev.vireo.jobs.runtime.JobOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/** {@code vireo adapter average}, {@code merge} and {@code inspect}: adapters as files. */
public final class Adapter {
    private static final List<String> SECTIONS = List.of("adapter");

    static final JobDefinition AVERAGE = new JobDefinition(
            "adapter average",
            "Make one adapter of several of the same model, and tell how far each way of doing so is from their mean.",
            Set.of(JobOption.AVERAGED, JobOption.OUTPUT),
            Set.of(JobOption.MODEL),
            SECTIONS,
            new AverageJob());

    static final JobDefinition MERGE = new JobDefinition(
            "adapter merge",
            "Write the model with the adapter in its weights, as a directory that transformers loads.",
            Set.of(JobOption.MODEL, JobOption.ADAPTER, JobOption.OUTPUT),
            Set.of(),
            SECTIONS,
            new MergeJob());

    static final JobDefinition INSPECT = new JobDefinition(
            "adapter inspect",
            "Show an adapter's modules, ranks and norms, and which modules of a model it would change.",
            Set.of(JobOption.ADAPTER),
            Set.of(JobOption.MODEL),
            SECTIONS,
            new InspectJob());

    private Adapter() {}

    /** Entry point of {@code spark-submit}; the first argument is {@code average}, {@code merge} or {@code inspect}. */
    public static void main(String[] arguments) {
        List<String> all = new ArrayList<>(List.of("adapter"));
        all.addAll(Arrays.asList(arguments));
        Launcher.exit(Vireo.run(List.of(AVERAGE, MERGE, INSPECT), all, Console.ofProcess(), Launcher.installation()));
    }
}
