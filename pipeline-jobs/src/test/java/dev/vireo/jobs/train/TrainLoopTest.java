// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vireo.jobs.config.Settings;
import dev.vireo.jobs.exchange.Gang;
import dev.vireo.jobs.runtime.Console;
import dev.vireo.jobs.storage.OutputDirectory;
import dev.vireo.jobs.storage.Storage;
import dev.vireo.quantization.BaseFormat;
import dev.vireo.tensor.Precision;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.hadoop.conf.Configuration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The driver's loop with workers that are a script. */
class TrainLoopTest {
    @TempDir
    Path folder;

    private final Storage storage = Storage.of(new Configuration());
    private final List<String> segments = new ArrayList<>();
    private final TreeMap<Long, List<String>> notFinite = new TreeMap<>();
    private final ByteArrayOutputStream notes = new ByteArrayOutputStream();
    private boolean askedToEnd;

    /** What happens at a segment, counted from 0; null does the work. */
    private interface Script {
        @Nullable
        SegmentOutcome at(int segment, SegmentRequest request) throws SegmentFailedException;
    }

    @Test
    void failedSegmentIsRepeatedFromTheLastCommit() throws IOException {
        run((at, request) -> {
            if (at == 2) {
                throw new SegmentFailedException("executor lost", false, new IOException());
            }
            return null;
        });
        assertThat(segments).containsExactly("0-2", "2-4", "4-6", "4-6", "6-8");
        assertThat(steps()).containsExactly(1, 2, 3, 4, 5, 6, 7, 8);
        assertThat(folder.resolve("adapter/result")).exists();
    }

    @Test
    void lostReplicaSendsAllBackToTheCommit() throws IOException {
        run((at, request) -> at == 1 ? SegmentOutcome.replicaMissing() : null);
        assertThat(segments).containsExactly("0-2", "2-4", "0-2", "2-4", "4-6", "6-8");
        assertThat(steps()).containsExactly(1, 2, 3, 4, 5, 6, 7, 8);
    }

    @Test
    void failuresInARowEndTheRunWithTheFirstReason() {
        assertThatThrownBy(() -> run((at, request) -> {
                    throw new SegmentFailedException("reason " + at, false, new IOException());
                }))
                .isInstanceOf(IOException.class)
                .hasMessage("Cannot go on training: 3 segments failed in a row, the first: reason 0");
        assertThat(segments).hasSize(3);
    }

    @Test
    void whatWouldFailAgainIsNotRepeated() {
        assertThatThrownBy(() -> run((at, request) -> {
                    throw new SegmentFailedException("Rank 1: row 7 is broken", true, new IOException());
                }))
                .hasMessage("Cannot go on training: Rank 1: row 7 is broken");
        assertThat(segments).hasSize(1);
    }

    @Test
    void workersThatEndEarlyLeaveACheckpointFromWhichTheNextSegmentStarts() throws IOException {
        run((at, request) -> at == 1 ? work(request, 3, true) : null);
        assertThat(segments).containsExactly("0-2", "2-4", "3-4", "4-6", "6-8");
        assertThat(steps()).containsExactly(1, 2, 3, 4, 5, 6, 7, 8);
    }

    @Test
    void driverThatIsAskedToEndStopsAtACommitAndTheNextOneGoesOnFromThere() throws IOException {
        assertThatThrownBy(() -> run((at, request) -> {
                    askedToEnd = at == 1;
                    return at == 1 ? work(request, 3, true) : null;
                }))
                .hasMessage("Cannot go on training: this process was asked to end");
        assertThat(notes.toString(StandardCharsets.UTF_8))
                .contains(
                        "asked to end: step 3 is done and its checkpoint written; the same command goes on from here");
        askedToEnd = false;
        run((at, request) -> null);
        assertThat(segments).containsExactly("0-2", "2-4", "3-4", "4-6", "6-8");
        assertThat(steps()).containsExactly(1, 2, 3, 4, 5, 6, 7, 8);
    }

    @Test
    void driverThatIsAskedToEndBetweenSegmentsSavesTheLastOneFirst() throws IOException {
        assertThatThrownBy(() -> run((at, request) -> {
                    askedToEnd = true;
                    return null;
                }))
                .hasMessage("Cannot go on training: this process was asked to end");
        assertThat(segments).containsExactly("0-2", "2-2");
        assertThat(notes.toString(StandardCharsets.UTF_8)).contains("step 2 is done and its checkpoint written");
        askedToEnd = false;
        run((at, request) -> null);
        assertThat(segments).containsExactly("0-2", "2-2", "2-4", "4-6", "6-8");
        assertThat(steps()).containsExactly(1, 2, 3, 4, 5, 6, 7, 8);
    }

    @Test
    void driverThatAnotherTookOverFromStopsAndChangesNothing() throws IOException {
        assertThatThrownBy(() -> run((at, request) -> {
                    if (at == 2) {
                        takeOver();
                    }
                    return null;
                }))
                .hasMessageContaining("another run took over --output " + folder);
        assertThat(segments).containsExactly("0-2", "2-4", "4-6");
        assertThat(steps()).containsExactly(1, 2, 3, 4);
        assertThat(folder.resolve("adapter")).doesNotExist();
    }

    @Test
    void skippedStepsInARowStopTheRunAndNameTheRows() {
        for (long step = 3; step <= 8; step++) {
            notFinite.put(step, step == 4 ? List.of() : List.of("row-" + step, "other"));
        }
        assertThatThrownBy(() -> run((at, request) -> null))
                .hasMessageContaining("the gradients of 4 steps in a row, 3 to 6, were not finite")
                .hasMessageContaining("step 3: rows row-3 other, step 4: no row alone, only their sum")
                .hasMessageContaining("raise train.max-skipped, which is 3");
    }

    @Test
    void skippedStepsAreCountedAndTold() throws IOException {
        notFinite.put(3L, List.of("row-3"));
        notFinite.put(4L, List.of("row-4"));
        notFinite.put(6L, List.of("row-6"));
        run((at, request) -> null);
        assertThat(notes.toString(StandardCharsets.UTF_8))
                .contains("skipped, the gradient was not finite: step 3: rows row-3, step 4: rows row-4");
        assertThat(TinyRun.steps(folder).stream().filter(line -> line.has("skipped")))
                .extracting(line -> line.get("step").getAsInt())
                .containsExactly(3, 4, 6);
    }

    private void takeOver() {
        try {
            Ownership.claim(storage, folder.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void run(Script script) throws IOException {
        TrainPlan plan = plan();
        OutputDirectory output = OutputDirectory.open(storage, folder.toString(), "train", "same", false);
        Console console = new Console(
                new PrintStream(PrintStream.nullOutputStream()),
                new PrintStream(notes, true, StandardCharsets.UTF_8),
                false);
        AtomicLong generation = new AtomicLong();
        try (TrainReport report = new TrainReport(console, plan, output)) {
            TrainLoop.Segments scripted = new TrainLoop.Segments() {
                @Override
                public Gang gang(double stepSeconds) {
                    return new Gang(plan.run(), generation.incrementAndGet(), 1, 1000, 1000);
                }

                @Override
                public SegmentOutcome run(SegmentRequest request) throws SegmentFailedException {
                    segments.add(request.start().step() + "-" + request.end());
                    SegmentOutcome outcome = script.at(segments.size() - 1, request);
                    return outcome == null ? work(request, request.end(), request.save()) : outcome;
                }
            };
            new TrainLoop(plan, output, scripted, () -> askedToEnd, report).run();
        }
    }

    private SegmentOutcome work(SegmentRequest request, long end, boolean save) {
        try {
            List<StepRecord> steps = new ArrayList<>();
            for (long step = request.start().step() + 1; step <= end; step++) {
                Map<String, Double> values =
                        new TreeMap<>(Map.of("loss", 1.0 / step, "seconds", 0.001, "tokens", 10.0));
                if (notFinite.containsKey(step)) {
                    values.put("skipped", 1.0);
                }
                steps.add(new StepRecord(step, values));
            }
            return new SegmentOutcome(
                    true,
                    end,
                    false,
                    steps,
                    null,
                    new TreeMap<>(notFinite.subMap(request.start().step() + 1, end + 1)),
                    save ? write(request, SegmentRequest.STATE, "state") : List.of(),
                    List.of(),
                    end == request.end() && request.deliver()
                            ? write(request, SegmentRequest.RESULT, "result")
                            : List.of());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<SavedFile> write(SegmentRequest request, String part, String file) throws IOException {
        return AttemptFiles.write(
                storage,
                request.attempt() + "/" + part,
                at -> Files.writeString(at.resolve(file), "of " + request.end()));
    }

    /** Commits at 4 and at the end. */
    private TrainPlan plan() {
        return plan(storage, "train.steps=8", "train.save-every=4", "train.segment-steps=2", "train.max-skipped=3");
    }

    /** A plan of a run whose workers load no model. */
    static TrainPlan plan(Storage storage, String... assignments) {
        Settings settings = Settings.resolve(null, List.of(), List.of(assignments));
        return new TrainPlan(
                "run",
                storage,
                "model",
                null,
                List.of("rows"),
                List.of(),
                settings.train(),
                1,
                Precision.FP32,
                BaseFormat.AS_IS,
                settings.train().batch().steps(),
                8,
                0,
                true,
                null,
                null);
    }

    private List<Integer> steps() throws IOException {
        return TinyRun.steps(folder).stream()
                .map(line -> line.get("step").getAsInt())
                .toList();
    }
}
