// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.prepare;

import dev.vireo.jobs.config.InvalidSettingsException;
import dev.vireo.jobs.config.PrepareSettings;
import dev.vireo.jobs.runtime.Job;
import dev.vireo.jobs.runtime.JobContext;
import dev.vireo.jobs.runtime.Progress;
import dev.vireo.jobs.shards.Manifest;
import dev.vireo.jobs.shards.Sha256;
import dev.vireo.jobs.shards.ShardWriter;
import dev.vireo.jobs.storage.OutputDirectory;
import dev.vireo.jobs.storage.Storage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.spark.api.java.JavaFutureAction;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.util.LongAccumulator;

/**
 * Cleans, tokenizes, resizes and counts: Parquet as published becomes shards. The rows of a shard are a function of the
 * input and the settings alone, so the same files come out on any cluster, and a run that was cut short goes on where it
 * was.
 */
public final class PrepareJob implements Job {
    private static final long POLL_MILLIS = 200;

    @Override
    public void run(JobContext context) throws Exception {
        PrepareSettings settings = context.settings().prepare();
        Storage storage = context.storage();
        Recipe recipe = Recipe.of(
                storage.absolute(context.arguments().model()),
                Templates.text(settings.template(), context.home()),
                settings);
        List<InputFile> files = InputFile.all(storage, context.arguments().inputs(), settings.schema());
        ModelTools tools = tools(storage, recipe);
        List<ShardTask> tasks = tasks(context, files);
        String fingerprint = fingerprint(context, files, tools);
        OutputDirectory output = OutputDirectory.open(
                storage,
                context.arguments().output(),
                context.name(),
                fingerprint,
                context.arguments().overwrite());
        prepare(context, recipe, tools, tasks, fingerprint, output);
        // After a failure tasks may still use them.
        tools.close();
    }

    private static void prepare(
            JobContext context,
            Recipe recipe,
            ModelTools tools,
            List<ShardTask> tasks,
            String fingerprint,
            OutputDirectory output)
            throws Exception {
        Storage storage = context.storage();
        long started = System.nanoTime();
        Map<Integer, ShardResult> done = done(context, output.path(), tasks);
        long doneBefore = done.values().stream().mapToLong(ShardResult::rowsIn).sum();
        List<ShardResult> results = results(context, recipe, tasks, done, output.path());
        Manifest manifest = Manifest.of(
                tools.identity(),
                recipe.images(),
                Sha256.of(tools.template()),
                fingerprint,
                results.stream().map(ShardResult::entry).toList());
        Summary summary = new Summary(manifest, results, doneBefore, (System.nanoTime() - started) / 1e9);
        storage.publish(output.child(Manifest.FILE), manifest.toJson());
        output.finish(summary.toJson());
        storage.delete(output.child(ShardWriter.UNFINISHED));
        summary.print(context.console(), output.path());
    }

    private static ModelTools tools(Storage storage, Recipe recipe) throws IOException {
        try {
            return ModelTools.of(storage, recipe);
        } catch (IllegalArgumentException e) {
            InvalidSettingsException told = new InvalidSettingsException(List.of(String.valueOf(e.getMessage())));
            told.initCause(e);
            throw told;
        }
    }

    /** Of everything that decides the content of the shards. */
    private static String fingerprint(JobContext context, List<InputFile> files, ModelTools tools) {
        StringBuilder all = new StringBuilder();
        all.append(Manifest.FORMAT_VERSION)
                .append('\n')
                .append(tools.identity())
                .append('\n');
        all.append(Sha256.of(tools.template())).append('\n');
        context.settings().written().forEach((key, value) -> {
            if (key.startsWith("prepare.") && !key.equals("prepare.template")) {
                all.append(key).append('=').append(value).append('\n');
            }
        });
        for (InputFile file : files) {
            all.append(file.entry()).append(' ').append(file.rows()).append('\n');
        }
        return Sha256.of(all.toString());
    }

    /** The shards, rows of ids that came before left out. Writes nothing, since the ids may be refused. */
    private static List<ShardTask> tasks(JobContext context, List<InputFile> files) throws IOException {
        PrepareSettings settings = context.settings().prepare();
        List<ShardTask> tasks = ShardTask.plan(files, settings.shardRows());
        return new Duplicates(spark(context), context.storage(), tasks).reject(settings.dedup());
    }

    private static JavaSparkContext spark(JobContext context) {
        return JavaSparkContext.fromSparkContext(context.spark().sparkContext());
    }

    /** Runs what is not done yet, and gives the results of all shards in their order. */
    private static List<ShardResult> results(
            JobContext context, Recipe recipe, List<ShardTask> tasks, Map<Integer, ShardResult> done, String output)
            throws Exception {
        if (done.size() < tasks.size()) {
            List<ShardTask> left = tasks.stream()
                    .filter(task -> !done.containsKey(task.number()))
                    .toList();
            long rows = tasks.stream().mapToLong(ShardTask::count).sum();
            try (Progress progress = context.console().progress("prepare", "rows", rows)) {
                ShardRun run = new ShardRun(context.storage(), output, recipe);
                run(spark(context), run, left, progress, rows).forEach(result -> done.put(number(result), result));
            }
        }
        return new ArrayList<>(done.values());
    }

    private static int number(ShardResult result) {
        return Integer.parseInt(result.entry().name());
    }

    /** What an earlier run did, by the number of the shard. */
    private static Map<Integer, ShardResult> done(JobContext context, String output, List<ShardTask> tasks)
            throws IOException {
        Storage storage = context.storage();
        Map<Integer, ShardResult> done = new TreeMap<>();
        for (ShardTask task : tasks) {
            String marker = ShardRun.marker(output, task.number());
            if (storage.exists(marker)) {
                done.put(task.number(), ShardResult.parse(marker, storage.readText(marker)));
            }
        }
        if (!done.isEmpty()) {
            context.console().note("Resuming: " + done.size() + " of " + tasks.size() + " shards are done");
        }
        return done;
    }

    private static List<ShardResult> run(
            JavaSparkContext spark, ShardRun run, List<ShardTask> tasks, Progress progress, long allRows)
            throws Exception {
        long before = allRows - tasks.stream().mapToLong(ShardTask::count).sum();
        LongAccumulator rows = spark.sc().longAccumulator("rows");
        progress.update(before, "");
        JavaFutureAction<List<ShardResult>> running = spark.parallelize(tasks, tasks.size())
                .map(task -> {
                    ShardResult result = run.call(task);
                    rows.add(task.count());
                    return result;
                })
                .collectAsync();
        while (true) {
            try {
                List<ShardResult> results = running.get(POLL_MILLIS, TimeUnit.MILLISECONDS);
                progress.update(allRows, "");
                return results;
            } catch (TimeoutException e) {
                progress.update(before + rows.value(), "");
            } catch (ExecutionException e) {
                throw ShardTask.failure(e);
            }
        }
    }
}
