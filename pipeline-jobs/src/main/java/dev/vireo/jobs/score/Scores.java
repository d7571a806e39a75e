// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.score;

import com.google.gson.JsonObject;
import dev.vireo.jobs.config.Settings;
import dev.vireo.jobs.runtime.JobContext;
import dev.vireo.jobs.shards.ModelIdentity;
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
import dev.vireo.jobs.workers.RowGroups;
import dev.vireo.jobs.workers.Threads;
import dev.vireo.pretrained.PretrainedModel;
import dev.vireo.tensor.Precision;
import java.io.IOException;

/** Scores rows on Spark: for the {@code score} job, and for training that wants its reference once and before the first step. */
public final class Scores {
    private static final int LARGEST_PART_ROWS = 512;

    private Scores() {}

    /**
     * Scores all rows of the request that an earlier run has not scored.
     *
     * @return what was counted
     * @throws dev.vireo.jobs.config.InvalidSettingsException if the rows were prepared for another model, or the output may
     *     not be written
     */
    public static ScoreSummary write(JobContext context, ScoreRequest request) throws IOException {
        Storage storage = context.storage();
        ShardSet shards = ShardSet.open(storage, request.shards());
        var pretrained = PretrainedModel.open(LocalCopy.of(storage, request.model()));
        shards.requireModel("score", request.model(), ModelIdentity.of(pretrained));
        Settings settings = context.settings();
        Precision precision =
                PrecisionChoice.resolve(context.spark(), settings.model().precision());
        ScoreKey key = ScoreKey.of(
                        storage,
                        request.model(),
                        request.adapter(),
                        shards,
                        precision,
                        settings.model().format())
                .with(request.answers());
        RowGroups groups =
                RowGroups.of(settings.score().batchSize(), settings.score().maxTokens());
        var directory =
                OutputDirectory.open(storage, request.output(), "score", key.toJson() + groups, request.overwrite());
        storage.publish(directory.child(ScoreKey.FILE), key.toJson());
        PartOutput parts = PartOutput.open(storage, directory);
        PartPlan plan = PartPlan.of(shards.rows(), groups.rows(), LARGEST_PART_ROWS);
        double before = parts.total("rows");
        long started = System.nanoTime();
        run(context, request, precision, plan, groups, parts);
        double seconds = (System.nanoTime() - started) / 1e9;
        ScoreSummary summary = ScoreSummary.of(parts, before, seconds, directory.path());
        JsonObject written = summary.toJson();
        written.addProperty("precision", precision.name());
        parts.finish(written);
        return summary;
    }

    private static void run(
            JobContext context,
            ScoreRequest request,
            Precision precision,
            PartPlan plan,
            RowGroups groups,
            PartOutput parts)
            throws IOException {
        int threads = Threads.ofTask(
                context.spark().sparkContext(), context.settings().model().threads(), plan.parts());
        ModelSpec spec = ModelSpec.begin(
                context.storage(),
                request.model(),
                request.adapter(),
                precision,
                context.settings().model().format(),
                threads,
                context.settings().model().featureCacheBytes());
        var task = new ScoreTask(
                spec,
                OpenShards.absolute(context.storage(), request.shards()),
                request.answers(),
                plan,
                context.storage().absolute(request.output()),
                groups);
        try {
            PartRun.runMissing(context, "score", plan, parts, task);
        } finally {
            LoadedModels.close(spec.run());
        }
    }
}
