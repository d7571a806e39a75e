// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.evaluate;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import dev.vireo.checkpoint.Fingerprint;
import dev.vireo.jobs.config.EvaluateSettings;
import dev.vireo.jobs.config.InvalidSettingsException;
import dev.vireo.jobs.runtime.Job;
import dev.vireo.jobs.runtime.JobContext;
import dev.vireo.jobs.runtime.Progress;
import dev.vireo.jobs.shards.ModelIdentity;
import dev.vireo.jobs.shards.ShardSet;
import dev.vireo.jobs.storage.LocalCopy;
import dev.vireo.jobs.storage.OutputDirectory;
import dev.vireo.jobs.storage.Storage;
import dev.vireo.jobs.workers.LoadedModels;
import dev.vireo.jobs.workers.ModelSpec;
import dev.vireo.jobs.workers.PartOutput;
import dev.vireo.jobs.workers.PartPlan;
import dev.vireo.jobs.workers.PartRun;
import dev.vireo.jobs.workers.PrecisionChoice;
import dev.vireo.jobs.workers.RowGroups;
import dev.vireo.jobs.workers.Threads;
import dev.vireo.pretrained.PretrainedModel;
import dev.vireo.tensor.Precision;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** {@code vireo evaluate}: every model over the same rows, one model after the other, the rows in parallel. */
public final class EvaluateJob implements Job {
    private static final int LARGEST_PART_ROWS = 256;

    @Override
    public void run(JobContext context) throws IOException {
        Storage storage = context.storage();
        List<String> inputs = context.arguments().inputs();
        ShardSet shards = ShardSet.open(storage, inputs);
        var pretrained =
                PretrainedModel.open(LocalCopy.of(storage, context.arguments().model()));
        shards.requireModel("evaluate on", context.arguments().model(), ModelIdentity.of(pretrained));
        List<EvaluatedModel> models = models(context);
        EvaluateSettings settings = context.settings().evaluate();
        int rows = settings.rows() == 0 ? shards.rows() : Math.min(settings.rows(), shards.rows());
        RowGroups groups = RowGroups.of(settings.batchSize(), settings.maxTokens());
        PartPlan plan = PartPlan.of(rows, groups.rows(), LARGEST_PART_ROWS);
        Precision precision = PrecisionChoice.resolve(
                context.spark(), context.settings().model().precision());
        var output = OutputDirectory.open(
                storage,
                context.arguments().output(),
                context.name(),
                fingerprint(
                        storage,
                        models,
                        shards,
                        precision + " " + context.settings().model().format(),
                        settings),
                context.arguments().overwrite());
        PartOutput parts = PartOutput.open(storage, output);
        evaluate(context, models, plan, precision, output, parts);
        List<ModelScores> scores = new ArrayList<>();
        for (int i = 0; i < models.size(); i++) {
            String prefix = Tally.prefix(i);
            scores.add(ModelScores.of(
                    models.get(i).name(), models.get(i).isBase(), sum -> parts.total(prefix + sum), settings.beta()));
        }
        var summary = new EvaluationSummary(scores, rows, precision, shards.contentHash(), settings.beta());
        publish(context, output, models, plan, summary, shards);
        JsonObject counted = new JsonObject();
        counted.addProperty("rows", rows);
        parts.finish(counted);
        summary.print(context.console());
        context.console().print("report: " + output.child("report.html"));
    }

    private static List<EvaluatedModel> models(JobContext context) {
        String model = context.arguments().model();
        List<EvaluatedModel> models = new ArrayList<>();
        models.add(new EvaluatedModel(EvaluatedModel.BASE, model, null));
        context.arguments().adapters().forEach((name, adapter) -> models.add(new EvaluatedModel(name, model, adapter)));
        if (models.stream().skip(1).anyMatch(each -> each.name().equals(EvaluatedModel.BASE))) {
            throw new InvalidSettingsException(
                    List.of("Invalid --adapter base=...: the model without an adapter has the"
                            + " name base in all tables; give the adapter another name"));
        }
        return models;
    }

    private static String fingerprint(
            Storage storage, List<EvaluatedModel> models, ShardSet shards, String arithmetic, EvaluateSettings settings)
            throws IOException {
        StringBuilder all =
                new StringBuilder(shards.contentHash()).append(arithmetic).append(settings);
        for (EvaluatedModel model : models) {
            var directory = LocalCopy.of(storage, model.directory());
            String hash = model.isBase() ? Fingerprint.weights(directory) : Fingerprint.adapter(directory);
            all.append('\n').append(model.name()).append(' ').append(hash);
        }
        return Fingerprint.text(all.toString());
    }

    private static void evaluate(
            JobContext context,
            List<EvaluatedModel> models,
            PartPlan plan,
            Precision precision,
            OutputDirectory output,
            PartOutput parts)
            throws IOException {
        Storage storage = context.storage();
        var all = new PartPlan(models.size() * plan.parts() * plan.partRows(), plan.partRows());
        List<Integer> missing = parts.missing(all);
        int threads = Threads.ofTask(
                context.spark().sparkContext(), context.settings().model().threads(), plan.parts());
        ModelSpec spec = ModelSpec.begin(
                storage,
                context.arguments().model(),
                null,
                precision,
                context.settings().model().format(),
                threads,
                context.settings().model().featureCacheBytes());
        String place = storage.absolute(output.path());
        List<String> inputs = context.arguments().inputs();
        try (Progress progress = context.console().progress("evaluate", "rows", (long) models.size() * plan.rows())) {
            progress.update(done(parts, models), "");
            for (int i = 0; i < models.size(); i++) {
                EvaluatedModel model = models.get(i);
                int number = i;
                ModelSpec its = spec.withAdapter(model.isBase() ? null : storage.absolute(model.directory()));
                EvaluateTask task = EvaluateTask.of(
                        its, i, model.name(), inputs, plan, context.settings().evaluate(), place);
                List<Integer> mine = missing.stream()
                        .filter(part -> part / plan.parts() == number)
                        .toList();
                PartRun.run(context.spark(), mine, task, result -> {
                    parts.accept(result);
                    progress.update(done(parts, models), model.name());
                });
            }
        } finally {
            LoadedModels.close(spec.run());
        }
    }

    private static long done(PartOutput parts, List<EvaluatedModel> models) {
        double rows = 0;
        for (int i = 0; i < models.size(); i++) {
            rows += parts.total(Tally.prefix(i) + "rows");
        }
        return (long) rows;
    }

    private static void publish(
            JobContext context,
            OutputDirectory output,
            List<EvaluatedModel> models,
            PartPlan plan,
            EvaluationSummary summary,
            ShardSet shards)
            throws IOException {
        Storage storage = context.storage();
        String json = new GsonBuilder().setPrettyPrinting().create().toJson(summary.toJson());
        storage.publish(output.child("summary.json"), json + "\n");
        List<Integer> gallery =
                Gallery.rows(plan.rows(), context.settings().evaluate().gallery());
        var answers = FreeAnswers.read(context.spark(), storage.absolute(output.child(EvaluateTask.TABLE)), gallery);
        var page = new EvaluationPage(
                context.arguments().model(), context.arguments().inputs(), summary);
        storage.publish(
                output.child("report.html"),
                page.report(TrainingRuns.find(storage, models), answers.cards(shards, gallery, models))
                        .html());
    }
}
