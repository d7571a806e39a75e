// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.train;

import com.google.gson.JsonObject;
import dev.vireo.jobs.config.BatchSettings;
import dev.vireo.jobs.config.InvalidSettingsException;
import dev.vireo.jobs.config.TrainSettings;
import dev.vireo.jobs.plan.DataSize;
import dev.vireo.jobs.plan.Estimate;
import dev.vireo.jobs.plan.Machine;
import dev.vireo.jobs.runtime.Console;
import dev.vireo.jobs.runtime.Job;
import dev.vireo.jobs.runtime.JobArguments;
import dev.vireo.jobs.runtime.JobContext;
import dev.vireo.jobs.runtime.NativeLibraries;
import dev.vireo.jobs.runtime.Termination;
import dev.vireo.jobs.storage.LocalCopy;
import dev.vireo.jobs.storage.OutputDirectory;
import dev.vireo.jobs.storage.Storage;
import dev.vireo.jobs.workers.PrecisionChoice;
import dev.vireo.jobs.workers.Threads;
import dev.vireo.model.ModelSurvey;
import dev.vireo.pretrained.PretrainedModel;
import dev.vireo.tensor.Precision;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;

/** {@code vireo train}. */
public final class TrainJob implements Job {
    static final String ADAPTER = "adapter";
    static final String MODEL = "model";
    static final String BEST = "best";

    @Override
    public void run(JobContext context) throws IOException {
        NativeLibraries.prepare();
        TrainInputs inputs = TrainInputs.open(context);
        SparkSession spark = context.spark();
        Storage storage = context.storage();
        JobArguments arguments = context.arguments();
        TrainSettings train = context.settings().train();
        Precision precision =
                PrecisionChoice.resolve(spark, context.settings().model().precision());
        new TrainChecks().precision(train, precision).require();
        estimate(context, inputs, precision);
        long steps = steps(train, inputs.rows());
        RunRecord record = record(context, inputs, precision, steps);
        OutputDirectory output = OutputDirectory.open(
                storage, arguments.output(), context.name(), record.fingerprint(), arguments.overwrite());
        String master = spark.sparkContext().master();
        RunFile runFile = RunFile.begin(storage, output, record.toJson(spark.version(), master));
        Reference reference = Reference.of(context, inputs, output, precision);
        TrainPlan plan = new TrainPlan(
                UUID.randomUUID().toString(),
                storage,
                storage.absolute(arguments.model()),
                absolute(storage, arguments.adapter()),
                inputs.shardDirectories(),
                inputs.evalDirectories(),
                train,
                threads(spark, context, train),
                precision,
                context.settings().model().format(),
                steps,
                inputs.rows(),
                context.settings().model().featureCacheBytes(),
                spark.sparkContext().isLocal(),
                reference.training(),
                reference.heldOut());
        train(context.console(), spark, plan, output, runFile);
    }

    /** Says what the run needs, and refuses what the machine of a worker cannot hold. */
    private static void estimate(JobContext context, TrainInputs inputs, Precision precision) throws IOException {
        Path directory = LocalCopy.of(context.storage(), context.arguments().model());
        String adapter = context.arguments().adapter();
        Path continued = adapter == null ? null : LocalCopy.of(context.storage(), adapter);
        BatchSettings batch = context.settings().train().batch();
        Machine machine = Machine.ofTask(
                context.spark(), context.settings().train().batch().workers());
        DataSize data = DataSize.of(inputs.shards(), PretrainedModel.open(directory), batch);
        try (ModelSurvey survey = PretrainedModel.survey(directory)) {
            Estimate estimate = Estimate.of(survey, continued, context.settings(), precision, data, machine);
            context.console().note(estimate.line());
            if (!estimate.fits()) {
                throw new InvalidSettingsException(List.of(estimate.refusal()));
            }
        }
    }

    private static void train(
            Console console, SparkSession spark, TrainPlan plan, OutputDirectory output, RunFile runFile)
            throws IOException {
        long start = System.nanoTime();
        long done;
        console.note(String.format(
                Locale.ROOT,
                "train: %d rows, %d steps, %d worker%s, %s, %s",
                plan.rows(),
                plan.steps(),
                plan.workers(),
                plan.workers() == 1 ? "" : "s",
                plan.precision().name().toLowerCase(Locale.ROOT),
                plan.train().full() ? "all parameters" : "LoRA"));
        BooleanSupplier askedToEnd = Termination.ofProcess()::isRequested;
        Duration grace = Duration.ofSeconds(plan.train().faults().graceSeconds());
        Termination.Hold untilCommitted = Termination.ofProcess().hold(grace);
        try (TrainReport report = new TrainReport(console, plan, output);
                Workers workers = new Workers(spark.sparkContext(), plan, askedToEnd, report::live, report::warn)) {
            done = runFile.record(new TrainLoop(plan, output, workers, askedToEnd, report))
                    .step();
            JsonObject summary = report.summary();
            summary.addProperty("steps", done);
            output.finish(summary);
        } finally {
            untilCommitted.close();
            Residents.ofProcess().closeRun(plan.run());
        }
        String result = output.child(plan.train().full() ? MODEL : ADAPTER);
        console.print(String.format(
                Locale.ROOT, "trained %d steps in %.1f s: %s", done, (System.nanoTime() - start) / 1e9, result));
        if (plan.storage().exists(output.child(BEST))) {
            console.print("best by " + plan.train().checkpoint().bestMetric() + ": " + output.child(BEST));
        }
    }

    private static long steps(TrainSettings train, int rows) {
        return train.batch().steps() > 0
                ? train.batch().steps()
                : TrainPlan.order(train, rows).steps(train.batch().epochs());
    }

    private static int threads(SparkSession spark, JobContext context, TrainSettings train) {
        SparkConf conf = spark.sparkContext().getConf();
        int set = context.settings().model().threads();
        boolean wholeExecutor = !spark.sparkContext().isLocal() && conf.contains("spark.executor.cores");
        return set == 0 && wholeExecutor
                ? conf.getInt("spark.executor.cores", 1)
                : Threads.ofTask(spark.sparkContext(), set, train.batch().workers());
    }

    private static RunRecord record(JobContext context, TrainInputs inputs, Precision precision, long steps) {
        TreeMap<String, String> resolved = new TreeMap<>();
        resolved.put("precision", precision.name().toLowerCase(Locale.ROOT));
        resolved.put("steps", Long.toString(steps));
        String adapter = context.arguments().adapter();
        return new RunRecord(
                context.arguments().model(),
                adapter == null ? "none" : adapter,
                inputs.hashes(),
                RunRecord.settingsOf(context.settings()),
                resolved);
    }

    private static @Nullable String absolute(Storage storage, @Nullable String path) throws IOException {
        return path == null ? null : storage.absolute(path);
    }

    static List<String> absolute(Storage storage, List<String> paths) throws IOException {
        List<String> all = new java.util.ArrayList<>();
        for (String path : paths) {
            all.add(storage.absolute(path));
        }
        return all;
    }
}
