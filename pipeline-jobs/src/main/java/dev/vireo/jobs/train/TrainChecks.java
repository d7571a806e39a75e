// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.train;

import dev.vireo.jobs.config.InvalidSettingsException;
import dev.vireo.jobs.config.ObjectiveSettings;
import dev.vireo.jobs.config.OptimizerSettings;
import dev.vireo.jobs.config.TrainSettings;
import dev.vireo.jobs.runtime.JobArguments;
import dev.vireo.jobs.shards.RowIndex;
import dev.vireo.jobs.shards.ShardSet;
import dev.vireo.jobs.storage.Storage;
import dev.vireo.objective.NllScope;
import dev.vireo.objective.Objective.Answers;
import dev.vireo.objective.Objective.Input;
import dev.vireo.pretrained.PretrainedModel;
import dev.vireo.tensor.Precision;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.SparkConf;
import org.jspecify.annotations.Nullable;

/** Finds what cannot work before Spark starts. Every check adds to one list, so that the user sees all problems at once. */
final class TrainChecks {
    private static final Pattern LOCAL = Pattern.compile("local(?:\\[(\\*|\\d+)(?:,\\d+)?])?");

    private final List<String> problems = new ArrayList<>();

    /** Throws if anything was found. */
    void require() {
        if (!problems.isEmpty()) {
            throw new InvalidSettingsException(problems);
        }
    }

    /** Settings and arguments that contradict each other. */
    TrainChecks arguments(Storage storage, JobArguments arguments, TrainSettings train) throws IOException {
        if (train.full() && arguments.adapter() != null) {
            problems.add("Invalid --adapter " + arguments.adapter()
                    + ": train.full=true trains the model itself; merge the adapter first (vireo adapter merge)");
        }
        if (arguments.eval() == null && train.checkpoint().evalEvery() > 0) {
            problems.add("Invalid train.eval-every: " + train.checkpoint().evalEvery()
                    + " (expected 0 without --eval: there are no rows to evaluate)");
        }
        if (train.stop().patience() > 0
                && (arguments.eval() == null || train.checkpoint().evalEvery() == 0)) {
            problems.add("Invalid train.stop.patience: " + train.stop().patience()
                    + " (expected 0 without --eval and train.eval-every: there are no evaluations to wait for)");
        }
        requireMetric(train);
        String reference = train.objective().reference();
        boolean referred = train.objective().objective().needsReference();
        if (!referred && !train.objective().referenceScores().equals(ObjectiveSettings.NONE)) {
            problems.add("Invalid train.reference-scores: " + train.objective().referenceScores()
                    + " (expected none: train.objective=" + objective(train) + " has no reference)");
        }
        if (referred && !isKnownReference(storage, reference)) {
            problems.add("Invalid train.reference: " + reference
                    + " (expected start, base or the directory of an adapter; there is no such directory)");
        }
        return this;
    }

    /** What the resolved precision rules out. */
    TrainChecks precision(TrainSettings train, Precision precision) {
        if (train.optimizer().master() == OptimizerSettings.Master.KAHAN && precision == Precision.FP32) {
            problems.add("Invalid train.master: kahan (expected fp32, as this run computes in fp32 and its weights have"
                    + " nothing to compensate; set model.precision=bf16)");
        }
        return this;
    }

    private void requireMetric(TrainSettings train) {
        List<String> known = new ArrayList<>(List.of("eval_loss"));
        train.objective().objective().metrics().forEach(name -> known.add("eval_" + name));
        if (train.objective().objective().inputs().contains(Input.ANCHOR)) {
            known.add("eval_kto/kl");
        }
        if (train.hasBase()) {
            known.add("eval_kl");
        }
        String metric = train.checkpoint().bestMetric();
        if (!known.contains(metric)) {
            problems.add(
                    "Invalid train.best-metric: " + metric + " (expected one of " + String.join(", ", known) + ")");
        }
    }

    private static boolean isKnownReference(Storage storage, String reference) throws IOException {
        return reference.equals(ObjectiveSettings.START)
                || reference.equals(ObjectiveSettings.BASE)
                || storage.exists(reference);
    }

    /**
     * Spark's settings.
     *
     * @param conf as {@code spark-submit} gave it, without a master if it did not
     */
    TrainChecks cluster(SparkConf conf, int workers) {
        if (conf.getBoolean("spark.dynamicAllocation.enabled", false)) {
            problems.add("Invalid spark.dynamicAllocation.enabled: true (expected false: the workers of a step start"
                    + " together and stay; set spark.executor.instances to train.workers)");
        }
        int threads = localThreads(conf.get("spark.master", "local[*]"));
        int gpus = conf.getInt("spark.executor.resource.gpu.amount", 0);
        if (threads == 0 && gpus > 1) {
            problems.add(
                    "Invalid spark.executor.resource.gpu.amount: " + gpus + " (expected 1: a worker is an executor and"
                            + " computes on one GPU, the others would do nothing; give the application more executors instead)");
        }
        if (threads > 0 && workers > threads) {
            problems.add("Invalid train.workers: " + workers + " (expected at most " + threads
                    + ": in one JVM a worker is a thread, and the master " + conf.get("spark.master", "local[*]")
                    + " has " + threads + "; use --master local[" + workers + "] or a cluster)");
        }
        return this;
    }

    /** Threads of a master that runs in one JVM; 0 for a cluster. */
    static int localThreads(String master) {
        Matcher local = LOCAL.matcher(master);
        if (!local.matches()) {
            return 0;
        }
        @Nullable String count = local.group(1);
        if (count == null) {
            return 1;
        }
        return count.equals("*") ? Runtime.getRuntime().availableProcessors() : Integer.parseInt(count);
    }

    /** The rows. */
    TrainChecks rows(String option, ShardSet shards, TrainSettings train) {
        RowIndex index = shards.index();
        if (index.rows() == 0) {
            problems.add("Cannot train on " + option + " " + String.join(", ", shards.directories())
                    + ": it has no rows; see the rejects/ of prepare for the reasons");
        }
        requireRowsFit(option, index, train.batch().maxTokens());
        int lacking = 0;
        String example = "";
        for (int row = 0; row < index.rows(); row++) {
            if (!suits(index, row, train.objective().objective().answers())) {
                lacking++;
                example = index.rowId(row);
            }
        }
        if (lacking > 0) {
            problems.add("Cannot train " + objective(train) + " on " + option + " "
                    + String.join(", ", shards.directories()) + ": " + lacking + " of " + index.rows()
                    + " rows " + lack(train.objective().objective().answers()) + ", such as " + example
                    + "; train.objective=sft takes demonstrations, kto single answers of either kind");
        }
        boolean anchored = train.objective().objective().inputs().contains(Input.ANCHOR);
        if (anchored && index.rows() == 1) {
            problems.add(
                    "Cannot train kto on " + option + " " + String.join(", ", shards.directories())
                            + ": it has one row; train.kto.loss=kto compares with other rows' answers, apo_zero_unpaired does not");
        }
        return this;
    }

    /** Losses over tokens of prompts. */
    TrainChecks prompts(PretrainedModel model, TrainSettings train) {
        if (model.promptsAttendBothWays() && train.objective().objective().nllScope() == NllScope.ALL) {
            problems.add("Invalid train." + objective(train) + ".nll: all (expected completion: the prompts of "
                    + model.config().modelType()
                    + " attend both ways, so each of their tokens sees what it is to predict)");
        }
        return this;
    }

    private static boolean suits(RowIndex index, int row, Answers answers) {
        return switch (answers) {
            case PAIR -> index.isPair(row);
            case CHOSEN -> index.chosenTokens(row) > 0;
            case EACH -> index.answers(row) > 0;
        };
    }

    private static String lack(Answers answers) {
        return switch (answers) {
            case PAIR -> "have one answer";
            case CHOSEN -> "have no answer to learn";
            case EACH -> "have no answer";
        };
    }

    private void requireRowsFit(String option, RowIndex index, int most) {
        int longest = 0;
        for (int row = 1; row < index.rows(); row++) {
            longest = index.tokens(row) > index.tokens(longest) ? row : longest;
        }
        if (most > 0 && index.rows() > 0 && index.tokens(longest) > most) {
            problems.add("Invalid train.max-tokens-per-batch: " + most + " (expected at least "
                    + index.tokens(longest) + ", the tokens of row " + index.rowId(longest) + " of " + option
                    + "; prepare.max-tokens rejects longer rows)");
        }
    }

    private static String objective(TrainSettings train) {
        return train.objective().kind().name().toLowerCase(java.util.Locale.ROOT);
    }

    /** Notes a problem that was found elsewhere. */
    TrainChecks add(InvalidSettingsException found) {
        problems.addAll(found.problems());
        return this;
    }
}
