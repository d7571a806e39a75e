// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vireo.jobs.config.Settings;
import dev.vireo.jobs.exchange.Gang;
import dev.vireo.jobs.runtime.Console;
import dev.vireo.jobs.storage.OutputDirectory;
import dev.vireo.jobs.storage.Storage;
import dev.vireo.tensor.Precision;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The driver's loop with workers that are a script. */
class TrainLoopTest {
    @TempDir
    Path folder;

    private final Storage storage = Storage.of(new Configuration());
    private final List<String> segments = new ArrayList<>();

    /** What happens at a segment, counted from 0; null does the work. */
    private interface Script {
        SegmentOutcome at(int segment) throws SegmentFailedException;
    }

    @Test
    void failedSegmentIsRepeatedFromTheLastCommit() throws IOException {
        run(at -> {
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
        run(at -> at == 1 ? SegmentOutcome.replicaMissing() : null);
        assertThat(segments).containsExactly("0-2", "2-4", "0-2", "2-4", "4-6", "6-8");
        assertThat(steps()).containsExactly(1, 2, 3, 4, 5, 6, 7, 8);
    }

    @Test
    void failuresInARowEndTheRunWithTheFirstReason() {
        assertThatThrownBy(() -> run(at -> {
                    throw new SegmentFailedException("reason " + at, false, new IOException());
                }))
                .isInstanceOf(IOException.class)
                .hasMessage("Cannot go on training: 3 segments failed in a row, the first: reason 0");
        assertThat(segments).hasSize(3);
    }

    @Test
    void whatWouldFailAgainIsNotRepeated() {
        assertThatThrownBy(() -> run(at -> {
                    throw new SegmentFailedException("Rank 1: row 7 is broken", true, new IOException());
                }))
                .hasMessage("Cannot go on training: Rank 1: row 7 is broken");
        assertThat(segments).hasSize(1);
    }

    private void run(Script script) throws IOException {
        TrainPlan plan = plan();
        OutputDirectory output = OutputDirectory.open(storage, folder.toString(), "train", "same", false);
        Console console = new Console(
                new PrintStream(PrintStream.nullOutputStream()),
                new PrintStream(PrintStream.nullOutputStream()),
                false);
        AtomicLong generation = new AtomicLong();
        try (TrainReport report = new TrainReport(console, plan, output)) {
            TrainLoop loop = new TrainLoop(
                    plan,
                    output,
                    request -> {
                        segments.add(request.start().step() + "-" + request.end());
                        SegmentOutcome scripted = script.at(segments.size() - 1);
                        return scripted == null ? work(request) : scripted;
                    },
                    () -> new Gang(plan.run(), generation.incrementAndGet(), 1, 1000, 1000),
                    report);
            loop.run();
        }
    }

    private SegmentOutcome work(SegmentRequest request) {
        try {
            List<StepRecord> steps = new ArrayList<>();
            for (long step = request.start().step() + 1; step <= request.end(); step++) {
                steps.add(new StepRecord(step, Map.of("loss", 1.0 / step, "seconds", 0.001, "tokens", 10.0)));
            }
            return new SegmentOutcome(
                    true,
                    steps,
                    null,
                    request.save() ? write(request, SegmentRequest.STATE, "state") : List.of(),
                    List.of(),
                    request.deliver() ? write(request, SegmentRequest.RESULT, "result") : List.of());
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
        Settings settings = Settings.resolve(
                null, List.of(), List.of("train.steps=8", "train.save-every=4", "train.segment-steps=2"));
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
                8,
                8,
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
