// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.generate;

import dev.vireo.checkpoint.Fingerprint;
import dev.vireo.data.Message;
import dev.vireo.generation.Sampling;
import dev.vireo.jobs.config.GenerateSettings;
import dev.vireo.jobs.config.GenerateSettings.Critic;
import dev.vireo.jobs.config.InvalidSettingsException;
import dev.vireo.jobs.config.JudgeSettings;
import dev.vireo.jobs.generate.GenerateTask.Request;
import dev.vireo.jobs.runtime.Job;
import dev.vireo.jobs.runtime.JobArguments;
import dev.vireo.jobs.runtime.JobContext;
import dev.vireo.jobs.shards.ModelIdentity;
import dev.vireo.jobs.shards.Sha256;
import dev.vireo.jobs.shards.ShardSet;
import dev.vireo.jobs.storage.LocalCopy;
import dev.vireo.jobs.storage.OutputDirectory;
import dev.vireo.jobs.storage.Storage;
import dev.vireo.jobs.workers.LoadedModels;
import dev.vireo.jobs.workers.ModelSpec;
import dev.vireo.jobs.workers.OpenShards;
import dev.vireo.jobs.workers.PartOutput;
import dev.vireo.jobs.workers.PartPlan;
import dev.vireo.jobs.workers.PartRun;
import dev.vireo.jobs.workers.PrecisionChoice;
import dev.vireo.jobs.workers.Threads;
import dev.vireo.pretrained.PretrainedModel;
import dev.vireo.tensor.Precision;
import dev.vireo.tokenization.PairTokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code vireo generate}. An answer is a function of the model, the row and the seed, and a row's pair of its answers, so a run
 * that was cut short goes on with the same text.
 */
public final class GenerateJob implements Job {
    private static final int LARGEST_PART_ROWS = 64;

    @Override
    public void run(JobContext context) throws IOException {
        JobArguments arguments = context.arguments();
        Storage storage = context.storage();
        ShardSet shards = ShardSet.open(storage, arguments.inputs());
        Path model = LocalCopy.of(storage, arguments.model());
        PretrainedModel pretrained = PretrainedModel.open(model);
        shards.requireModel("generate from", arguments.model(), ModelIdentity.of(pretrained));
        requireTemplate(pretrained, judge(context.settings().generate()));
        Precision precision = PrecisionChoice.resolve(
                context.spark(), context.settings().model().precision());
        Provenance provenance = new Provenance(
                Fingerprint.weights(model),
                arguments.adapter() == null ? "none" : Fingerprint.adapter(LocalCopy.of(storage, arguments.adapter())),
                context.settings().generate().seed());
        var directory = OutputDirectory.open(
                storage,
                arguments.output(),
                context.name(),
                fingerprint(context, provenance, shards, precision),
                arguments.overwrite());
        PartOutput parts = PartOutput.open(storage, directory);
        double rowsBefore = parts.total("rows");
        double tokensBefore = parts.total("tokens");
        long started = System.nanoTime();
        generate(context, shards.rows(), precision, provenance, parts);
        double seconds = (System.nanoTime() - started) / 1e9;
        boolean critic = context.settings().generate().critic() != Critic.NONE;
        var summary = new GenerateSummary(parts, directory, critic, rowsBefore, tokensBefore, seconds);
        parts.finish(summary.toJson());
        summary.print(context.console());
    }

    private static void generate(
            JobContext context, int rows, Precision precision, Provenance provenance, PartOutput parts)
            throws IOException {
        GenerateSettings settings = context.settings().generate();
        JobArguments arguments = context.arguments();
        int groupRows = Math.max(1, settings.batchSize() / settings.samples());
        PartPlan plan = PartPlan.of(rows, groupRows, LARGEST_PART_ROWS);
        int threads = Threads.ofTask(
                context.spark().sparkContext(), context.settings().model().threads(), plan.parts());
        ModelSpec spec = ModelSpec.begin(
                context.storage(),
                arguments.model(),
                arguments.adapter(),
                precision,
                context.settings().model().format(),
                threads,
                context.settings().model().featureCacheBytes());
        var task = new GenerateTask(
                spec,
                OpenShards.absolute(context.storage(), arguments.inputs()),
                plan,
                context.storage().absolute(arguments.output()),
                new Request(sampling(settings), groupRows, judge(settings), provenance));
        try {
            PartRun.runMissing(context, "generate", plan, parts, task);
        } finally {
            LoadedModels.close(spec.run());
        }
    }

    private static Sampling sampling(GenerateSettings settings) {
        return new Sampling(
                settings.samples(),
                settings.temperature(),
                settings.topP(),
                settings.topK(),
                settings.maxNewTokens(),
                settings.seed());
    }

    private static @Nullable JudgeSettings judge(GenerateSettings settings) {
        return settings.critic() == Critic.NONE ? null : settings.judge();
    }

    /** Finds out before anything is generated whether the critic can be asked. */
    private static void requireTemplate(PretrainedModel model, @Nullable JudgeSettings judge) {
        if (judge == null) {
            return;
        }
        try (PairTokenizer tokenizer = PairMaker.tokenizer(model, judge)) {
            tokenizer.generationPrompt(List.of(Message.user(0, judge.prompt())));
        } catch (IllegalArgumentException e) {
            InvalidSettingsException told = new InvalidSettingsException(List.of(
                    "Cannot ask the critic with generate.judge.template=" + judge.template() + ": " + e.getMessage()));
            told.initCause(e);
            throw told;
        }
    }

    /** Of everything that decides the text. */
    private static String fingerprint(JobContext context, Provenance provenance, ShardSet shards, Precision precision) {
        StringBuilder all = new StringBuilder();
        all.append(provenance)
                .append('\n')
                .append(shards.contentHash())
                .append('\n')
                .append(precision)
                .append(' ')
                .append(context.settings().model().format());
        context.settings().written().forEach((key, value) -> {
            if (key.startsWith("generate.")) {
                all.append('\n').append(key).append('=').append(value);
            }
        });
        return Sha256.of(all.toString());
    }
}
