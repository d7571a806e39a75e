// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs;

import dev.vireo.jobs.runtime.Console;
import dev.vireo.jobs.runtime.JobDefinition;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The list of jobs: {@code vireo JOB [options] [key=value ...]}. */
public final class Vireo {
    /** In the order in which a user meets them. */
    private static final List<JobDefinition> JOBS = List.of(
            Demo.JOB, World.JOB, Init.JOB, Prepare.JOB, Score.JOB, Generate.JOB, Plan.JOB, Train.JOB, Evaluate.JOB);

    private Vireo() {}

    /** Runs the job that the first argument names and ends the process with its exit status. */
    public static void main(String[] arguments) {
        Launcher.exit(run(JOBS, Arrays.asList(arguments), Console.ofProcess(), Launcher.installation()));
    }

    static int run(List<JobDefinition> jobs, List<String> arguments, Console console, @Nullable Path home) {
        if (arguments.isEmpty() || arguments.get(0).equals("--help")) {
            console.print(help(jobs));
            return arguments.isEmpty() ? Launcher.WRONG_ARGUMENTS : Launcher.DONE;
        }
        String name = arguments.get(0);
        for (JobDefinition job : jobs) {
            if (job.name().equals(name)) {
                return new Launcher(console, home).run(job, arguments.subList(1, arguments.size()));
            }
        }
        List<String> names = jobs.stream().map(JobDefinition::name).toList();
        console.note("Unknown job " + name + " (expected one of " + String.join(", ", names) + ")");
        return Launcher.WRONG_ARGUMENTS;
    }

    private static String help(List<JobDefinition> jobs) {
        StringBuilder text = new StringBuilder();
        text.append(String.format("Usage: vireo JOB [options] [key=value ...]%n%n"));
        text.append(String.format("Preference tuning of vision-language models as Apache Spark jobs.%n%nJobs:%n"));
        for (JobDefinition job : jobs) {
            text.append(String.format("  %-10s %s%n", job.name(), job.purpose()));
        }
        text.append(
                String.format("%nvireo JOB --help lists the job's options and settings with defaults and units.%n"));
        text.append(String.format("Exit status: 0 done, 2 a wrong argument or setting, 1 anything else."));
        return text.toString();
    }
}
