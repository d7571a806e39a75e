// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.demo;

import com.google.gson.JsonObject;
import dev.vireo.jobs.config.Settings;
import dev.vireo.jobs.runtime.Console;
import dev.vireo.jobs.runtime.Job;
import dev.vireo.jobs.runtime.JobArguments;
import dev.vireo.jobs.runtime.JobContext;
import dev.vireo.jobs.runtime.JobOption;
import dev.vireo.jobs.storage.OutputDirectory;
import dev.vireo.jobs.storage.Storage;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Runs every job once on the built-in world, and shows what tuning changed. */
public final class DemoJob implements Job {
    private static final String DIRECTORY = "demo";
    private static final String LOG = "log.txt";
    private static final String REPORT = "report.html";

    @Override
    public void run(JobContext context) throws Exception {
        long start = System.nanoTime();
        List<String> overrides = overrides(context.settings());
        Path recipe = BuiltIn.settings();
        try {
            run(context, recipe, overrides);
        } finally {
            Files.delete(recipe);
        }
        context.console().print(String.format(Locale.ROOT, "all in %.0f s", (System.nanoTime() - start) / 1e9));
    }

    private static void run(JobContext context, Path recipe, List<String> overrides) throws Exception {
        Storage storage = context.storage();
        List<String> given = context.arguments().values().getOrDefault(JobOption.OUTPUT, List.of(DIRECTORY));
        String directory = given.get(0);
        Settings settings = Settings.resolve(null, List.of(recipe.toString()), overrides);
        OutputDirectory output = OutputDirectory.open(
                storage,
                directory,
                context.name(),
                settings.written().toString(),
                context.arguments().overwrite());
        Steps steps = new Steps(directory, settings.demo());
        BuiltIn.writeModel(storage, steps.model());
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        try (PrintStream results = new PrintStream(log, true, StandardCharsets.UTF_8)) {
            Console quiet = context.console().withResults(results);
            int number = 0;
            for (Step step : steps.making()) {
                results.println("== " + step.job() + ": " + step.what());
                run(context, step, ++number + "/" + steps.count(), recipe, overrides, quiet);
            }
            boolean selfCritique =
                    !context.spark().read().parquet(steps.selfPairs()).isEmpty();
            if (!selfCritique) {
                context.console()
                        .print(++number + "/" + steps.count()
                                + "  the model's verdicts agreed on no pair; it learns from the world's pairs alone");
            }
            for (Step step : steps.tuning(selfCritique)) {
                results.println("== " + step.job() + ": " + step.what());
                run(context, step, ++number + "/" + steps.count(), recipe, overrides, quiet);
            }
        } finally {
            storage.publish(output.child(LOG), log.toByteArray());
        }
        String report = Storage.child(steps.evaluation(), REPORT);
        storage.publish(output.child(REPORT), storage.readBytes(report));
        output.finish(new JsonObject());
        context.console().print("");
        new Outcome(storage, context.spark(), steps).print(context.console());
        context.console().print("");
        context.console().print("report: " + output.child(REPORT));
    }

    /** Runs a step, unless an earlier run of the demo finished it. */
    private static void run(
            JobContext context, Step step, String number, Path recipe, List<String> overrides, Console quiet)
            throws Exception {
        String line = String.format(Locale.ROOT, "%-6s%-9s %s", number, step.job(), step.what());
        if (OutputDirectory.isFinished(context.storage(), step.output())) {
            context.console().print(line + " (done before)");
            return;
        }
        List<String> assignments = new ArrayList<>(overrides);
        assignments.addAll(step.assignments());
        Settings settings = Settings.resolve(null, List.of(recipe.toString()), assignments);
        long start = System.nanoTime();
        JobArguments arguments = new JobArguments(step.options(), false);
        step.runs().run(context.nested(step.job(), arguments, settings, quiet));
        context.console().print(String.format(Locale.ROOT, "%s, %.1f s", line, (System.nanoTime() - start) / 1e9));
    }

    /** What the user set: it wins over the recipe. */
    private static List<String> overrides(Settings settings) {
        List<String> overrides = new ArrayList<>();
        settings.given().forEach((key, value) -> overrides.add(key + "=" + value));
        return overrides;
    }
}
