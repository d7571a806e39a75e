// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.plan;

import ai.djl.Device;
import dev.vireo.adapter.AdaptedModule;
import dev.vireo.jobs.config.ModelSettings;
import dev.vireo.jobs.config.PlanSettings;
import dev.vireo.jobs.config.TrainSettings;
import dev.vireo.jobs.runtime.Job;
import dev.vireo.jobs.runtime.JobContext;
import dev.vireo.jobs.runtime.NativeLibraries;
import dev.vireo.jobs.runtime.Progress;
import dev.vireo.jobs.shards.ModelIdentity;
import dev.vireo.jobs.shards.ShardSet;
import dev.vireo.jobs.storage.LocalCopy;
import dev.vireo.jobs.workers.PrecisionChoice;
import dev.vireo.model.ModelSurvey;
import dev.vireo.planning.MemoryPlan;
import dev.vireo.planning.MultiplyRate;
import dev.vireo.planning.ParameterCount;
import dev.vireo.planning.RunPlan;
import dev.vireo.pretrained.PretrainedModel;
import dev.vireo.tensor.Precision;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** {@code vireo plan}. Starts no Spark and reads no weights: {@code config.json} is enough where no rows are given. */
public final class PlanJob implements Job {
    private static final double HOUR = 3600;
    /** Seconds from which a duration is easier to read in minutes. */
    private static final double LONG = 120;

    /** Of the rate of a large product, what a step reaches. */
    private static final double STEP_SHARE = 0.65;

    @Override
    public void run(JobContext context) throws IOException {
        NativeLibraries.prepare();
        PlanSettings settings = context.settings().plan();
        TrainSettings train = context.settings().train();
        Path model = LocalCopy.of(context.storage(), context.arguments().model());
        Precision precision = precision(context.settings().model().precision());
        Machine machine = Machine.here(train.batch().workers()).withMemory(settings.memoryBytes());
        DataSize data = data(context, model);
        String adapter = context.arguments().adapter();
        Path continued = adapter == null ? null : LocalCopy.of(context.storage(), adapter);
        try (ModelSurvey survey = PretrainedModel.survey(model)) {
            Estimate estimate = Estimate.of(survey, continued, context.settings(), precision, data, machine);
            modules(context, estimate);
            memory(context, estimate, precision);
            time(context, estimate, data, precision);
            context.console().print(estimate.line());
            if (!estimate.fits()) {
                context.console().print(estimate.refusal());
            }
        }
    }

    private static Precision precision(ModelSettings.Precision setting) {
        return switch (setting) {
            case AUTO -> PrecisionChoice.fast(Device.cpu());
            case FP32 -> Precision.FP32;
            case BF16 -> Precision.BF16;
        };
    }

    private static DataSize data(JobContext context, Path model) throws IOException {
        if (context.arguments().inputs().isEmpty()) {
            return DataSize.of(context.settings().plan());
        }
        ShardSet shards = ShardSet.open(context.storage(), context.arguments().inputs());
        PretrainedModel pretrained = PretrainedModel.open(model);
        shards.requireModel("plan for", context.arguments().model(), ModelIdentity.of(pretrained));
        return DataSize.of(shards, pretrained, context.settings().train().batch());
    }

    /** The matched modules, layers of one kind in one line. */
    private static void modules(JobContext context, Estimate estimate) {
        ParameterCount count = estimate.plan().parameters();
        context.console()
                .print(String.format(
                        Locale.ROOT, "parameters: %,d, of which trained %,d", count.all(), count.trained()));
        if (estimate.adapted().isEmpty()) {
            context.console().print("modules: all (train.full=true)");
            return;
        }
        Map<String, List<AdaptedModule>> kinds = new TreeMap<>();
        for (AdaptedModule module : estimate.adapted()) {
            kinds.computeIfAbsent(module.name().replaceAll("\\.\\d+\\.", ".*."), kind -> new ArrayList<>())
                    .add(module);
        }
        List<List<String>> lines = new ArrayList<>();
        kinds.forEach((kind, modules) -> lines.add(List.of(
                kind,
                Integer.toString(modules.size()),
                modules.get(0).inFeatures() + " -> " + modules.get(0).outFeatures(),
                Integer.toString(modules.get(0).loraRank()),
                String.format(
                        Locale.ROOT,
                        "%,d",
                        modules.stream().mapToLong(AdaptedModule::parameters).sum()))));
        context.console().table(List.of("adapted modules", "number", "in -> out", "rank", "parameters"), lines);
    }

    private static void memory(JobContext context, Estimate estimate, Precision precision) {
        MemoryPlan memory = estimate.memory();
        RunPlan plan = estimate.plan();
        PlanSettings settings = context.settings().plan();
        List<List<String>> lines = new ArrayList<>();
        lines.add(line("weights, held (" + precision.name().toLowerCase(Locale.ROOT) + ")", memory.weights()));
        lines.add(line("weights, pages of mapped files", memory.mapped()));
        lines.add(line("gradients", memory.gradients()));
        lines.add(line("optimizer", memory.optimizer()));
        lines.add(line("activations", memory.activations()));
        lines.add(line("process", memory.process()));
        lines.add(line("peak", memory.total()));
        lines.add(line(
                "keys and values of " + settings.tokens() + " tokens, for generating only",
                plan.keyValueBytes(settings.tokens())));
        context.console().table(List.of("memory of a worker", "bytes", "GB"), lines);
    }

    private static List<String> line(String what, long bytes) {
        return List.of(what, Long.toString(bytes), String.format(Locale.ROOT, "%.2f", bytes / 1e9));
    }

    private static String duration(double seconds) {
        return seconds < LONG ? String.format(Locale.ROOT, "%.1f s", seconds) : Progress.clock(seconds);
    }

    private static void time(JobContext context, Estimate estimate, DataSize data, Precision precision) {
        PlanSettings settings = context.settings().plan();
        TrainSettings train = context.settings().train();
        double rate =
                settings.flops() > 0 ? settings.flops() : STEP_SHARE * MultiplyRate.measure(Device.cpu(), precision);
        double perToken = estimate.stepOperations() / estimate.batch().tokens();
        long stepTokens = train.batch().accumulation()
                * data.largest(train.batch().batchSize()).tokens();
        context.console()
                .print(String.format(
                        Locale.ROOT,
                        "step: %,d tokens, %.3g operations a worker, %s at %.3g operations a second (%s)",
                        stepTokens,
                        stepTokens * perToken,
                        duration(stepTokens * perToken / rate),
                        rate,
                        settings.flops() > 0 ? "plan.flops" : "0.65 of a large product on this machine's CPU"));
        if (data.rows() > 0) {
            double epochs = train.batch().steps() > 0
                    ? (double) train.batch().steps() * train.batch().globalPairs() / data.rows()
                    : train.batch().epochs();
            double tokens = epochs * data.tokens();
            double once = data.tokens()
                    * estimate.referenceOperations()
                    / estimate.batch().tokens();
            double hours = (tokens * perToken + once) / rate / HOUR;
            context.console()
                    .print(String.format(
                            Locale.ROOT,
                            "run: %,d rows, %.2f epochs, %,.0f tokens, %.2f hours on %d worker%s, cost %.2f at %s a worker's hour",
                            data.rows(),
                            epochs,
                            tokens,
                            hours / train.batch().workers(),
                            train.batch().workers(),
                            train.batch().workers() == 1 ? "" : "s",
                            hours * settings.price(),
                            settings.price()));
        }
    }
}
