// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.train;

import dev.vireo.jobs.config.ObjectiveSettings;
import dev.vireo.jobs.runtime.JobContext;
import dev.vireo.jobs.score.ReferenceColumn;
import dev.vireo.jobs.score.ScoreKey;
import dev.vireo.jobs.score.ScoreRequest;
import dev.vireo.jobs.score.Scores;
import dev.vireo.jobs.shards.ShardSet;
import dev.vireo.jobs.storage.OutputDirectory;
import dev.vireo.jobs.storage.Storage;
import dev.vireo.tensor.Precision;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * DPO's reference: scores of the rows before the first step, computed once, kept in the run's output and known by the
 * hashes of what they belong to.
 *
 * @param training of the training rows; null where the objective has none
 * @param heldOut of the held-out rows, if there are any
 */
record Reference(
        @Nullable ReferenceColumn training, @Nullable ReferenceColumn heldOut) {
    private static final String TRAINING = "reference";
    private static final String HELD_OUT = "reference-eval";

    /**
     * Reads the scores that the settings name, and computes those that are missing.
     *
     * @throws dev.vireo.jobs.config.InvalidSettingsException if given scores are not finished or belong to another model,
     *     adapter, precision or other rows
     */
    static Reference of(JobContext context, TrainInputs inputs, OutputDirectory output, Precision precision)
            throws IOException {
        ObjectiveSettings objective = context.settings().train().objective();
        if (!objective.objective().needsReference()) {
            return new Reference(null, null);
        }
        String given = objective.referenceScores();
        ReferenceColumn training = given.equals(ObjectiveSettings.NONE)
                ? computed(context, inputs.shards(), inputs.shardDirectories(), output.child(TRAINING), precision)
                : ReferenceColumn.read(
                        context.spark(), context.storage(), given, key(context, inputs.shards(), precision));
        ShardSet eval = inputs.eval();
        ReferenceColumn heldOut = eval == null
                ? null
                : computed(context, eval, inputs.evalDirectories(), output.child(HELD_OUT), precision);
        return new Reference(training, heldOut);
    }

    private static ReferenceColumn computed(
            JobContext context, ShardSet shards, List<String> directories, String target, Precision precision)
            throws IOException {
        Storage storage = context.storage();
        if (!OutputDirectory.isFinished(storage, target)) {
            context.console().note("reference of " + shards.rows() + " rows, once for this run");
            Scores.write(
                    context,
                    new ScoreRequest(context.arguments().model(), adapter(context), directories, target, false));
        }
        return ReferenceColumn.read(context.spark(), storage, target, key(context, shards, precision));
    }

    private static ScoreKey key(JobContext context, ShardSet shards, Precision precision) throws IOException {
        return ScoreKey.of(
                context.storage(),
                context.arguments().model(),
                adapter(context),
                shards,
                precision,
                context.settings().model().format());
    }

    /** The adapter of the reference model: {@code train.reference}. */
    private static @Nullable String adapter(JobContext context) {
        String reference = context.settings().train().objective().reference();
        return switch (reference) {
            case ObjectiveSettings.START -> context.arguments().adapter();
            case ObjectiveSettings.BASE -> null;
            default -> reference;
        };
    }
}
