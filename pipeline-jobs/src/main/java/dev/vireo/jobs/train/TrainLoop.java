// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.train;

import dev.vireo.jobs.exchange.Gang;
import dev.vireo.jobs.storage.OutputDirectory;
import dev.vireo.jobs.storage.Storage;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The driver's loop: segment after segment from the last commit to the last step. Confined to one thread. */
final class TrainLoop {
    /** A checkpoint is written at the end of a segment if the last one is older. */
    private static final long RECOVERY_MILLIS = 60_000;

    /** Runs a segment; the cluster in life, a fake in tests. */
    @FunctionalInterface
    interface Segments {
        SegmentOutcome run(SegmentRequest request) throws SegmentFailedException;
    }

    private final TrainPlan plan;
    private final OutputDirectory output;
    private final Segments segments;
    private final Supplier<Gang> gangs;
    private final TrainReport report;
    private final CheckpointStore checkpoints;
    private final SegmentLengths lengths;
    private Position position = Position.start();
    private @Nullable Double best;
    private long bestStep;
    private long savedAt = System.nanoTime();
    private int failuresInARow;
    private @Nullable SegmentFailedException firstFailure;

    /** @param gangs gives every segment a gang of its own */
    TrainLoop(TrainPlan plan, OutputDirectory output, Segments segments, Supplier<Gang> gangs, TrainReport report) {
        this.plan = plan;
        this.output = output;
        this.segments = segments;
        this.gangs = gangs;
        this.report = report;
        this.checkpoints = new CheckpointStore(
                plan.storage(), output.path(), plan.train().checkpoint().keep());
        this.lengths = new SegmentLengths(
                plan.train().checkpoint(), plan.steps(), !plan.evalShards().isEmpty());
    }

    /** Trains to the last step and leaves the result in the output. */
    void run() throws IOException {
        checkpoints.deleteAttempts();
        rollBack();
        boolean delivered = false;
        while (!delivered) {
            SegmentRequest request = next();
            try {
                SegmentOutcome outcome = segments.run(request);
                if (outcome.complete()) {
                    accept(request, outcome);
                    delivered = request.deliver();
                } else {
                    failed(new SegmentFailedException(
                            "A worker no longer has its replica of step "
                                    + request.start().step(),
                            false,
                            new IllegalStateException("An executor was replaced")));
                }
            } catch (SegmentFailedException e) {
                failed(e);
            }
        }
        checkpoints.deleteAttempts();
    }

    private SegmentRequest next() {
        Gang gang = gangs.get();
        long end = position.step() >= plan.steps() ? plan.steps() : lengths.end(position.step());
        boolean moves = end > position.step();
        long sinceSaved = (System.nanoTime() - savedAt) / 1_000_000;
        return new SegmentRequest(
                gang,
                position,
                end,
                moves && lengths.evaluatesAt(end),
                moves && lengths.savesAt(end),
                Math.max(0, RECOVERY_MILLIS - sinceSaved),
                end == plan.steps(),
                best,
                checkpoints.attempt(plan.run(), gang.generation()));
    }

    private void accept(SegmentRequest request, SegmentOutcome outcome) throws IOException {
        failuresInARow = 0;
        firstFailure = null;
        lengths.measured(
                outcome.steps().size(),
                outcome.steps().stream()
                        .mapToDouble(step -> step.value(StepRecord.Names.SECONDS))
                        .sum());
        StepRecord evaluation = outcome.evaluation();
        report.accept(outcome.steps(), evaluation);
        if (evaluation != null && !outcome.best().isEmpty()) {
            takeBest(request, outcome, evaluation);
        }
        position = new Position(request.end(), request.gang().generation(), null);
        if (!outcome.state().isEmpty()) {
            commit(request, outcome);
        }
        if (request.deliver()) {
            String result = output.child(plan.train().full() ? TrainJob.MODEL : TrainJob.ADAPTER);
            replace(Storage.child(request.attempt(), SegmentRequest.RESULT), outcome.result(), result);
        }
    }

    /** Before the commit, which remembers the value: a crash between the two repeats this evaluation. */
    private void takeBest(SegmentRequest request, SegmentOutcome outcome, StepRecord evaluation) throws IOException {
        replace(Storage.child(request.attempt(), SegmentRequest.BEST), outcome.best(), output.child(TrainJob.BEST));
        best = evaluation.value(plan.train().checkpoint().bestMetric());
        bestStep = request.end();
        report.best(bestStep, best);
    }

    private void commit(SegmentRequest request, SegmentOutcome outcome) throws IOException {
        Commit.Kind kind = request.save() ? Commit.Kind.CHECKPOINT : Commit.Kind.RECOVERY;
        checkpoints.commit(
                new Commit(request.end(), kind, outcome.state(), best, bestStep),
                Storage.child(request.attempt(), SegmentRequest.STATE));
        savedAt = System.nanoTime();
        position = new Position(request.end(), request.gang().generation(), checkpoints.directory(request.end()));
        // The log reaches at least as far as the checkpoint.
        report.flush();
    }

    /** Puts a directory in the place of an older one. */
    private void replace(String from, List<SavedFile> files, String target) throws IOException {
        plan.storage().delete(target);
        plan.storage().createDirectory(target);
        for (SavedFile file : files) {
            plan.storage().move(Storage.child(from, file.name()), Storage.child(target, file.name()));
        }
    }

    private void failed(SegmentFailedException failure) throws IOException {
        failuresInARow++;
        if (firstFailure == null) {
            firstFailure = failure;
        }
        int most = plan.train().checkpoint().maxFailures();
        if (failure.isPermanent() || failuresInARow >= most) {
            String times = failuresInARow == 1 ? "" : failuresInARow + " segments failed in a row, the first: ";
            // Without the cause in the chain, whose last message would stand for all of this.
            IOException stopped = new IOException("Cannot go on training: " + times + firstFailure.getMessage());
            stopped.addSuppressed(firstFailure);
            throw stopped;
        }
        report.failed(failure.getMessage());
        rollBack();
    }

    /** Goes back to the last commit, or to the start. */
    private void rollBack() throws IOException {
        Optional<Commit> commit = checkpoints.newestIntact();
        long step = commit.map(Commit::step).orElse(0L);
        checkpoints.deleteAfter(step);
        position = step == 0 ? Position.start() : new Position(step, 0, checkpoints.directory(step));
        best = commit.map(Commit::best).orElse(null);
        bestStep = commit.map(Commit::bestStep).orElse(0L);
        report.startAfter(step);
    }
}
