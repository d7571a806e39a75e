// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.train;

import dev.vireo.jobs.config.ObjectiveSettings;
import dev.vireo.jobs.runtime.JobContext;
import dev.vireo.jobs.score.ReferenceColumn;
import dev.vireo.jobs.score.ScoreKey;
import dev.vireo.jobs.score.ScoreRequest;
import dev.vireo.jobs.score.ScoreRequest.Answers;
import dev.vireo.jobs.score.Scores;
import dev.vireo.jobs.shards.ShardSet;
import dev.vireo.jobs.storage.OutputDirectory;
import dev.vireo.objective.Objective.Input;
import dev.vireo.tensor.Precision;
import dev.vireo.training.ReferenceLogProbs;
import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An objective's reference: scores of the rows before the first step, computed once, kept in the run's output and known by the
 * hashes of what they belong to.
 *
 * @param training of the training rows; null where the objective has none
 * @param heldOut of the held-out rows, if there are any
 */
record Reference(
        @Nullable ReferenceLogProbs training, @Nullable ReferenceLogProbs heldOut) {
    private static final String TRAINING = "reference";
    private static final String HELD_OUT = "reference-eval";
    /** What the directories with the scores of other rows' answers end in. */
    private static final String MISMATCHED = "-mismatched";

    /** Scores of each row's own answers, and of another row's. */
    private record Both(ReferenceColumn own, ReferenceColumn mismatched) implements ReferenceLogProbs, Serializable {
        @Override
        public Sums of(String rowId) {
            return own.of(rowId);
        }

        @Override
        public Sums ofMismatched(String rowId) {
            return mismatched.of(rowId);
        }
    }

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
        boolean both = objective.objective().inputs().contains(Input.ANCHOR);
        Rows training = new Rows(inputs.shards(), inputs.shardDirectories(), output.child(TRAINING), both);
        String given = objective.referenceScores();
        ReferenceColumn own = given.equals(ObjectiveSettings.NONE)
                ? computed(context, training, Answers.OWN, precision)
                : read(context, given, training, Answers.OWN, precision);
        ShardSet eval = inputs.eval();
        if (eval == null) {
            return new Reference(with(context, training, own, precision), null);
        }
        Rows heldOut = new Rows(eval, inputs.evalDirectories(), output.child(HELD_OUT), both);
        return new Reference(
                with(context, training, own, precision),
                with(context, heldOut, computed(context, heldOut, Answers.OWN, precision), precision));
    }

    /**
     * Rows that are scored.
     *
     * @param target where the scores go
     * @param both whether other rows' answers are scored too
     */
    private record Rows(ShardSet shards, List<String> directories, String target, boolean both) {
        String target(Answers answers) {
            return answers == Answers.OWN ? target : target + MISMATCHED;
        }
    }

    private static ReferenceLogProbs with(JobContext context, Rows rows, ReferenceColumn own, Precision precision)
            throws IOException {
        return rows.both ? new Both(own, computed(context, rows, Answers.MISMATCHED, precision)) : own;
    }

    private static ReferenceColumn computed(JobContext context, Rows rows, Answers answers, Precision precision)
            throws IOException {
        String target = rows.target(answers);
        if (!OutputDirectory.isFinished(context.storage(), target)) {
            context.console()
                    .note("reference of " + rows.shards.rows() + " rows"
                            + (answers == Answers.OWN ? "" : " with other rows' answers") + ", once for this run");
            Scores.write(
                    context,
                    new ScoreRequest(
                            context.arguments().model(), adapter(context), rows.directories, answers, target, false));
        }
        return read(context, target, rows, answers, precision);
    }

    private static ReferenceColumn read(
            JobContext context, String directory, Rows rows, Answers answers, Precision precision) throws IOException {
        ScoreKey key = ScoreKey.of(
                        context.storage(),
                        context.arguments().model(),
                        adapter(context),
                        rows.shards,
                        precision,
                        context.settings().model().format())
                .with(answers);
        return ReferenceColumn.read(context.spark(), context.storage(), directory, key);
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
