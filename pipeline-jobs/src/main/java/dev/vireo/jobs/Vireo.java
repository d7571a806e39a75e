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
            Demo.JOB,
            World.JOB,
            Init.JOB,
            Prepare.JOB,
            Score.JOB,
            Generate.JOB,
            Plan.JOB,
            Train.JOB,
            Evaluate.JOB,
            Adapter.AVERAGE,
            Adapter.MERGE,
            Adapter.INSPECT);

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
        for (JobDefinition job : jobs) {
            List<String> name = words(job);
            if (arguments.size() >= name.size()
                    && arguments.subList(0, name.size()).equals(name)) {
                return new Launcher(console, home).run(job, arguments.subList(name.size(), arguments.size()));
            }
        }
        String first = arguments.get(0);
        List<JobDefinition> group =
                jobs.stream().filter(job -> words(job).get(0).equals(first)).toList();
        if (!group.isEmpty() && (arguments.size() == 1 || arguments.get(1).equals("--help"))) {
            console.print(help(group));
            return arguments.size() == 1 ? Launcher.WRONG_ARGUMENTS : Launcher.DONE;
        }
        String unknown = group.isEmpty() ? first : first + " " + arguments.get(1);
        List<String> names = (group.isEmpty() ? jobs : group)
                .stream().map(JobDefinition::name).toList();
        console.note("Unknown job " + unknown + " (expected one of " + String.join(", ", names) + ")");
        return Launcher.WRONG_ARGUMENTS;
    }

    /** A job's name as it is written on the command line: {@code adapter merge} is two words. */
    private static List<String> words(JobDefinition job) {
        return List.of(job.name().split(" "));
    }

    private static String help(List<JobDefinition> jobs) {
        StringBuilder text = new StringBuilder();
        text.append(String.format("Usage: vireo JOB [options] [key=value ...]%n%n"));
        text.append(String.format("Preference tuning of vision-language models as Apache Spark jobs.%n%nJobs:%n"));
        for (JobDefinition job : jobs) {
            text.append(String.format("  %-15s %s%n", job.name(), job.purpose()));
        }
        text.append(
                String.format("%nvireo JOB --help lists the job's options and settings with defaults and units.%n"));
        text.append(String.format("Exit status: 0 done, 2 a wrong argument or setting, 1 anything else."));
        return text.toString();
    }
}
