// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.train;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.vireo.jobs.report.MetricsFile;
import dev.vireo.jobs.report.TensorBoardWriter;
import dev.vireo.jobs.runtime.Console;
import dev.vireo.jobs.runtime.Progress;
import dev.vireo.jobs.storage.OutputDirectory;
import dev.vireo.jobs.train.StepRecord.Names;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** What the user sees of a run: the progress line while steps happen, and the logs once they count. */
final class TrainReport implements AutoCloseable {
    private static final String EVENTS = "events";

    private final Console console;
    private final Progress progress;
    private final TrainPlan plan;
    private final OutputDirectory output;
    private @Nullable MetricsFile metrics;
    private @Nullable TensorBoardWriter events;
    private final AtomicLong failedAt = new AtomicLong();
    private long skipped;
    private @Nullable StepRecord last;
    private @Nullable StepRecord lastEvaluation;
    private @Nullable String stopped;

    TrainReport(Console console, TrainPlan plan, OutputDirectory output) {
        this.console = console;
        this.plan = plan;
        this.output = output;
        this.progress = console.progress("train", "steps", plan.steps());
    }

    /** Shows a step that happens; called by a network thread. */
    void live(String json) {
        JsonObject step = JsonParser.parseString(json).getAsJsonObject();
        againAt(step.get(Names.STEP).getAsLong());
        double seconds = Math.max(1e-9, step.get(Names.SECONDS).getAsDouble());
        progress.update(
                step.get(Names.STEP).getAsLong(),
                String.format(
                        Locale.ROOT,
                        "loss %.4f, %.0f tokens/s",
                        step.get(Names.LOSS).getAsDouble(),
                        step.get(Names.TOKENS).getAsDouble() / seconds));
    }

    /** Says how long training stood still. */
    private void againAt(long step) {
        long since = failedAt.getAndSet(0);
        if (since != 0) {
            console.note(String.format(
                    Locale.ROOT, "step %d is done %.1f s after the failure", step, (System.nanoTime() - since) / 1e9));
        }
    }

    /** Goes on behind a step; what was logged of later ones is forgotten. */
    void startAfter(long step) throws IOException {
        closeFiles();
        metrics = MetricsFile.open(plan.storage(), output.child(MetricsFile.NAME), step);
        events = TensorBoardWriter.open(plan.storage(), output.child(EVENTS), step);
        if (step > 0) {
            console.note("going on from the checkpoint of step " + step);
        }
    }

    /**
     * Logs steps that count now.
     *
     * @param notFinite rows that made steps fail, by step
     */
    void accept(List<StepRecord> steps, @Nullable StepRecord evaluation, Map<Long, List<String>> notFinite)
            throws IOException {
        LoggedSteps logged = plan.logged();
        for (StepRecord step : steps) {
            last = step;
            if (logged.contains(step.step()) || step.isSkipped()) {
                append(step);
            }
        }
        if (!notFinite.isEmpty()) {
            skipped += notFinite.size();
            console.note("skipped, the gradient was not finite: " + Skips.describe(notFinite));
        }
        if (evaluation != null) {
            lastEvaluation = evaluation;
            append(evaluation);
            console.note(line(evaluation));
        }
    }

    private void append(StepRecord entry) throws IOException {
        if (metrics == null || events == null) {
            throw new IllegalStateException("The logs are not open");
        }
        metrics.append(entry.step(), entry.values());
        events.append(entry.step(), entry.values());
    }

    private static String line(StepRecord evaluation) {
        StringBuilder line = new StringBuilder("evaluation at step " + evaluation.step() + ":");
        for (Map.Entry<String, Double> each : evaluation.values().entrySet()) {
            if (each.getKey().startsWith(Names.EVAL)) {
                line.append(String.format(
                        Locale.ROOT, " %s %.4f", each.getKey().substring(Names.EVAL.length()), each.getValue()));
            }
        }
        return line.toString();
    }

    /** Writes what is logged to the storage. */
    void flush() throws IOException {
        if (metrics != null && events != null) {
            metrics.flush();
            events.flush();
        }
    }

    void best(long step, double value) {
        console.note(String.format(
                Locale.ROOT,
                "best so far: %s %.4f at step %d",
                plan.train().checkpoint().bestMetric(),
                value,
                step));
    }

    void failed(@Nullable String reason) {
        console.note("segment failed: " + reason);
        failedAt.compareAndSet(0, System.nanoTime());
    }

    /** Says why training stopped before its last step; the summary says it too. */
    void stopped(String reason) {
        stopped = reason;
        console.note("stopped early: " + reason);
    }

    /** Says what the user should know. */
    void warn(String text) {
        console.note(text);
    }

    /** The last values, for the mark that says that the run is finished. */
    JsonObject summary() {
        JsonObject summary = new JsonObject();
        for (StepRecord each : Arrays.asList(last, lastEvaluation)) {
            if (each != null) {
                each.values().forEach((name, value) -> {
                    if (Double.isFinite(value)) {
                        summary.addProperty(name, value);
                    }
                });
            }
        }
        if (stopped != null) {
            summary.addProperty("stopped", stopped);
        }
        if (skipped > 0) {
            summary.addProperty("skipped_steps", skipped);
        }
        return summary;
    }

    private void closeFiles() throws IOException {
        try (MetricsFile oldMetrics = metrics;
                TensorBoardWriter oldEvents = events) {
            metrics = null;
            events = null;
        }
    }

    @Override
    public void close() throws IOException {
        progress.close();
        closeFiles();
    }
}
