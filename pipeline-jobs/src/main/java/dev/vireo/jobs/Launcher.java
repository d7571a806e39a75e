// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs;

import dev.vireo.jobs.config.InvalidSettingsException;
import dev.vireo.jobs.config.Settings;
import dev.vireo.jobs.runtime.Console;
import dev.vireo.jobs.runtime.JobArguments;
import dev.vireo.jobs.runtime.JobContext;
import dev.vireo.jobs.runtime.JobDefinition;
import dev.vireo.jobs.runtime.NativeLibraries;
import dev.vireo.jobs.runtime.SparkSessions;
import dev.vireo.jobs.runtime.Termination;
import dev.vireo.jobs.storage.Storage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Runs one job from its arguments: checks everything, runs, and turns what went wrong into an exit status. */
final class Launcher {
    static final int DONE = 0;
    static final int FAILED = 1;
    static final int WRONG_ARGUMENTS = 2;

    private final Console console;
    private final @Nullable Path home;

    Launcher(Console console, @Nullable Path home) {
        this.console = console;
        this.home = home;
    }

    /** For the {@code main} of a job: runs it and ends the process. */
    static void main(JobDefinition definition, String[] arguments) {
        exit(new Launcher(Console.ofProcess(), installation()).run(definition, Arrays.asList(arguments)));
    }

    /** Ends the process. In a cluster's driver a normal return is the only success. */
    static void exit(int status) {
        boolean clusterDriver = "cluster".equals(System.getProperty("spark.submit.deployMode"));
        if (status != DONE || !clusterDriver) {
            System.exit(status);
        }
    }

    /** The folder above {@code conf/}, where the launch script named it. */
    static @Nullable Path installation() {
        String home = System.getProperty("vireo.home", System.getenv("VIREO_HOME"));
        return home == null || home.isBlank() ? null : Path.of(home);
    }

    int run(JobDefinition definition, List<String> arguments) {
        List<String> problems = new ArrayList<>();
        JobCommand command = new JobCommand(definition);
        JobCommand.Parsed parsed = command.parse(arguments, problems);
        if (parsed.help()) {
            console.print(command.help());
            return DONE;
        }
        NativeLibraries.prepare();
        try (Termination.Hold untilTold = Termination.ofProcess().interruptible(SparkSessions::cancelJobs)) {
            return run(definition, parsed, problems);
        }
    }

    private int run(JobDefinition definition, JobCommand.Parsed parsed, List<String> problems) {
        try {
            JobArguments given = new JobArguments(parsed.values(), parsed.overwrite());
            problems.addAll(InputCheck.problems(definition, given, Storage.of(SparkSessions.hadoop())));
            Settings settings = settings(definition, parsed, problems);
            try (JobContext context = new JobContext(definition.name(), given, settings, console, home)) {
                definition.job().run(context);
            }
            return DONE;
        } catch (InvalidSettingsException e) {
            e.problems().forEach(console::note);
            return WRONG_ARGUMENTS;
        } catch (Exception | LinkageError | OutOfMemoryError e) {
            console.note(
                    Termination.ofProcess().hasInterrupted()
                            ? definition.name() + " was asked to end before it was done; the same command goes on"
                            : definition.name() + " failed: " + ErrorLine.of(e));
            if (parsed.debug()) {
                console.trace(e);
            }
            return FAILED;
        }
    }

    /** Resolves the settings and throws with everything that is wrong with arguments and settings together. */
    private Settings settings(JobDefinition definition, JobCommand.Parsed parsed, List<String> problems) {
        for (String assignment : parsed.assignments()) {
            String section = assignment.replaceAll("[.=].*", "");
            if (Settings.sections().contains(section) && !definition.sections().contains(section)) {
                problems.add("Invalid argument " + assignment + ": " + definition.name() + " does not read settings of "
                        + section);
            }
        }
        Settings settings = null;
        try {
            settings = Settings.resolve(home, parsed.files(), parsed.assignments());
        } catch (InvalidSettingsException e) {
            problems.addAll(e.problems());
        }
        if (settings == null || !problems.isEmpty()) {
            throw new InvalidSettingsException(problems);
        }
        return settings;
    }
}
