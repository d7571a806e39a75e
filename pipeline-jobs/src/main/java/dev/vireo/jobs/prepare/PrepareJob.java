// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.prepare;

import dev.vireo.jobs.config.InvalidSettingsException;
import dev.vireo.jobs.config.PrepareSettings;
import dev.vireo.jobs.runtime.Job;
import dev.vireo.jobs.runtime.JobContext;
import dev.vireo.jobs.runtime.NativeLibraries;
import dev.vireo.jobs.runtime.Progress;
import dev.vireo.jobs.select.Selection;
import dev.vireo.jobs.shards.Manifest;
import dev.vireo.jobs.shards.Sha256;
import dev.vireo.jobs.shards.ShardWriter;
import dev.vireo.jobs.storage.LocalCopy;
import dev.vireo.jobs.storage.OutputDirectory;
import dev.vireo.jobs.storage.Storage;
import dev.vireo.pretrained.PretrainedModel;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.spark.api.java.JavaFutureAction;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.util.LongAccumulator;

/**
 * Cleans, tokenizes, resizes and counts: Parquet as published becomes shards. The rows of a shard are a function of the
 * input and the settings alone, so the same files come out on any cluster, and a run that was cut short goes on where it
 * was.
 */
public final class PrepareJob implements Job {
    private static final long POLL_MILLIS = 200;

    /** Settings that the shards do not depend on; the template is in their fingerprint as a text. */
    private static final Set<String> NOT_IN_SHARDS = Set.of("prepare.template", "prepare.dry-run-rows");

    @Override
    public void run(JobContext context) throws Exception {
        NativeLibraries.prepare();
        PrepareSettings settings = context.settings().prepare();
        Storage storage = context.storage();
        Recipe recipe = Recipe.of(
                storage.absolute(context.arguments().model()),
                Templates.text(settings.template(), context.home()),
                settings);
        List<String> inputs = context.arguments().inputs();
        Selection selection = Selection.of(settings.select(), inputs.size());
        List<InputFile> files = InputFile.all(storage, inputs, settings.schema());
        ModelTools tools = tools(storage, recipe);
        List<InputRange> ranges = InputRange.all(files, settings.shardRows());
        if (context.arguments().dryRun()) {
            new DryRun(context, recipe, selection).run(ranges);
        } else {
            prepare(context, recipe, tools, selection, files, ranges);
        }
        // After a failure tasks may still use them.
        tools.close();
    }

    private static void prepare(
            JobContext context,
            Recipe recipe,
            ModelTools tools,
            Selection selection,
            List<InputFile> files,
            List<InputRange> ranges)
            throws Exception {
        // Writes nothing, since the ids may be refused.
        List<Drop> sameIds = new Duplicates(spark(context), context.storage(), ranges)
                .drops(context.settings().prepare().dedup());
        String fingerprint = fingerprint(context, files, tools);
        Storage storage = context.storage();
        OutputDirectory output = OutputDirectory.open(
                storage,
                context.arguments().output(),
                context.name(),
                fingerprint,
                context.arguments().overwrite());
        long started = System.nanoTime();
        if (!selection.isEmpty() && !Decisions.areMade(storage, output.path())) {
            context.console().note("Choosing rows: every row is read once before the first shard is made");
        }
        RowScan scan = new RowScan(storage, recipe, selection.needsLooks());
        Decisions decisions = Decisions.make(context.spark(), storage, selection, scan, ranges, sameIds, output.path());
        List<ShardTask> tasks = ShardTask.plan(
                ranges, decisions.byRange(), context.settings().prepare().shardRows());
        Map<Integer, ShardResult> done = done(context, output.path(), tasks);
        long doneBefore = done.values().stream().mapToLong(ShardResult::rowsIn).sum();
        List<ShardResult> results = results(context, recipe, tasks, decisions, done, output.path());
        Manifest manifest = Manifest.of(
                tools.identity(),
                recipe.images(),
                Sha256.of(tools.template()),
                fingerprint,
                results.stream().flatMap(result -> result.shards().stream()).toList());
        Summary summary =
                new Summary(manifest, results, decisions.notes(), doneBefore, (System.nanoTime() - started) / 1e9);
        storage.publish(output.child(Manifest.FILE), manifest.toJson());
        output.finish(summary.toJson());
        storage.delete(output.child(ShardWriter.UNFINISHED));
        summary.print(context.console(), output.path());
    }

    private static ModelTools tools(Storage storage, Recipe recipe) throws IOException {
        try {
            // What no later job could load is refused before its rows are prepared.
            PretrainedModel.survey(LocalCopy.withoutWeights(storage, recipe.model()))
                    .close();
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
            if (key.startsWith("prepare.") && !NOT_IN_SHARDS.contains(key)) {
                all.append(key).append('=').append(value).append('\n');
            }
        });
        for (InputFile file : files) {
            all.append(file.source())
                    .append(' ')
                    .append(file.entry())
                    .append(' ')
                    .append(file.rows())
                    .append('\n');
        }
        return Sha256.of(all.toString());
    }

    private static JavaSparkContext spark(JobContext context) {
        return JavaSparkContext.fromSparkContext(context.spark().sparkContext());
    }

    /** Runs what is not done yet, and gives the results of all tasks in their order. */
    private static List<ShardResult> results(
            JobContext context,
            Recipe recipe,
            List<ShardTask> tasks,
            Decisions decisions,
            Map<Integer, ShardResult> done,
            String output)
            throws Exception {
        if (done.size() < tasks.size()) {
            List<ShardTask> left = tasks.stream()
                    .filter(task -> !done.containsKey(task.number()))
                    .toList();
            long rows = tasks.stream().mapToLong(task -> task.rows().count()).sum();
            NativeLibraries.prepare();
            PrepareSettings settings = context.settings().prepare();
            try (Progress progress = context.console().progress("prepare", "rows", rows)) {
                ShardRun run = new ShardRun(
                        context.storage(), output, recipe, settings.shardRows(), (long) settings.shardSize() << 20);
                run(spark(context), run, left, decisions.reasons(), progress, rows)
                        .forEach(result -> done.put(result.task(), result));
            }
        }
        return new ArrayList<>(done.values());
    }

    /** What an earlier run did, by the number of the task. */
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
            JavaSparkContext spark,
            ShardRun run,
            List<ShardTask> tasks,
            JavaPairRDD<RowPlace, String> dropped,
            Progress progress,
            long allRows)
            throws Exception {
        long before =
                allRows - tasks.stream().mapToLong(task -> task.rows().count()).sum();
        LongAccumulator rows = spark.sc().longAccumulator("rows");
        progress.update(before, "");
        TaskPartitioner byTask = new TaskPartitioner(tasks);
        JavaFutureAction<List<ShardResult>> running = dropped.filter(each -> byTask.covers(each._1()))
                .repartitionAndSortWithinPartitions(byTask)
                .mapPartitionsWithIndex(
                        (task, reasons) -> {
                            ShardResult result = run.run(tasks.get(task), reasons);
                            rows.add(result.rowsIn());
                            return List.of(result).iterator();
                        },
                        false)
                .collectAsync();
        while (true) {
            try {
                List<ShardResult> results = running.get(POLL_MILLIS, TimeUnit.MILLISECONDS);
                progress.update(allRows, "");
                return results;
            } catch (TimeoutException e) {
                progress.update(before + rows.value(), "");
            } catch (ExecutionException e) {
                throw InputRange.failure(e);
            }
        }
    }
}
