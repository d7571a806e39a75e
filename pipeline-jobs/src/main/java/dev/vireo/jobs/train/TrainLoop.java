// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.train;

import dev.vireo.jobs.exchange.Gang;
import dev.vireo.jobs.storage.OutputDirectory;
import dev.vireo.jobs.storage.Storage;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** The driver's loop: segment after segment from the last commit to the last step. Confined to one thread. */
final class TrainLoop {
    /** A checkpoint is written at the end of a segment if the last one is older. */
    private static final long RECOVERY_MILLIS = 60_000;

    /** Runs segments; the cluster in life, a fake in tests. */
    interface Segments {
        /**
         * The workers of the next segment, which no segment had before.
         *
         * @param stepSeconds what a step took lately; NaN before the first
         */
        Gang gang(double stepSeconds);

        SegmentOutcome run(SegmentRequest request) throws SegmentFailedException;
    }

    private final TrainPlan plan;
    private final OutputDirectory output;
    private final Segments segments;
    private final BooleanSupplier askedToEnd;
    private final TrainReport report;
    private final CheckpointStore checkpoints;
    private final SegmentLengths lengths;
    private final Ownership ownership;
    private final Failures failures;
    private final Skips skips;
    private final StopRule stop;
    private Position position = Position.start();
    private @Nullable Double best;
    private long bestStep;
    private long evaluatedAt;
    private long savedAt = System.nanoTime();

    /**
     * Takes the output over from any driver that had it before.
     *
     * @param askedToEnd whether this process should come to an end, at a point from which the next one goes on
     */
    TrainLoop(TrainPlan plan, OutputDirectory output, Segments segments, BooleanSupplier askedToEnd, TrainReport report)
            throws IOException {
        this.plan = plan;
        this.output = output;
        this.segments = segments;
        this.askedToEnd = askedToEnd;
        this.report = report;
        this.ownership = Ownership.claim(plan.storage(), output.path());
        this.checkpoints = new CheckpointStore(
                plan.storage(), output.path(), plan.train().checkpoint().keep(), report::warn);
        this.lengths = new SegmentLengths(
                plan.train().checkpoint(), plan.steps(), !plan.evalShards().isEmpty());
        this.failures = new Failures(plan.train().faults().maxFailures());
        this.stop = new StopRule(plan);
        this.skips = new Skips(plan.train().faults().maxSkipped());
    }

    /**
     * Trains to the last step, or to where it is to stop, and leaves the result in the output.
     *
     * @throws AskedToEndException if the process should come to an end before
     */
    RunEnd run() throws IOException {
        checkpoints.deleteAttempts();
        rollBack();
        boolean delivered = false;
        while (!delivered) {
            boolean ending = askedToEnd.getAsBoolean();
            if (ending && position.isRestorable()) {
                throw ended();
            }
            SegmentRequest request = next(ending);
            try {
                SegmentOutcome outcome = segments.run(request);
                if (outcome.complete()) {
                    acceptAsOwner(request, outcome);
                    delivered = request.deliver() && outcome.end() == request.end();
                } else {
                    failed(
                            request,
                            new SegmentFailedException(
                                    "A worker no longer has its replica of step "
                                            + request.start().step(),
                                    false,
                                    new IllegalStateException("An executor was replaced")));
                }
            } catch (SegmentFailedException e) {
                failed(request, e);
            }
        }
        checkpoints.deleteAttempts();
        checkpoints.prune();
        ownership.release();
        String reason = stop.reason();
        if (reason != null && position.step() < plan.steps()) {
            report.stopped(reason);
            return new RunEnd(RunEnd.Kind.STOPPED_EARLY, position.step(), reason);
        }
        return new RunEnd(RunEnd.Kind.STEPS_DONE, position.step(), "all " + plan.steps() + " steps are done");
    }

    /** Steps that are done and need not be repeated by this driver. */
    long step() {
        return position.step();
    }

    /** Whether no later driver took the output over. */
    boolean ownsOutput() throws IOException {
        return ownership.isOurs();
    }

    private IOException ended() {
        String done = position.step() == 0
                ? "no step is done"
                : "step " + position.step() + " is done and its checkpoint written";
        report.warn("asked to end: " + done + "; the same command goes on from here");
        return new AskedToEndException();
    }

    /** @param ending whether the segment only saves what the one before it did */
    private SegmentRequest next(boolean ending) {
        Gang gang = segments.gang(lengths.secondsPerStep());
        boolean early = !ending && stop.reason() != null && position.step() < plan.steps();
        boolean still = ending || early || position.step() >= plan.steps();
        long end = still ? position.step() : lengths.end(position.step());
        boolean moves = end > position.step();
        long sinceSaved = (System.nanoTime() - savedAt) / 1_000_000;
        return new SegmentRequest(
                gang,
                position,
                end,
                moves && lengths.evaluatesAt(end) || early && lengths.hasRows() && evaluatedAt < end,
                ending || moves && lengths.savesAt(end) || early && position.commit() == null,
                Math.max(0, RECOVERY_MILLIS - sinceSaved),
                early || end == plan.steps(),
                best,
                skips.inARow(),
                checkpoints.attempt(plan.run(), gang.generation()));
    }

    private void acceptAsOwner(SegmentRequest request, SegmentOutcome outcome) throws IOException {
        ownership.require();
        try {
            accept(request, outcome);
        } catch (IOException e) {
            // Another driver that took over at this moment is the better reason.
            ownership.require();
            throw e;
        }
    }

    private void accept(SegmentRequest request, SegmentOutcome outcome) throws IOException {
        failures.forget();
        lengths.measured(outcome.steps());
        StepRecord evaluation = outcome.evaluation();
        report.accept(outcome.steps(), evaluation, outcome.notFinite());
        skips.accept(outcome.steps(), outcome.notFinite());
        stop.accept(outcome.steps(), evaluation, request.best());
        if (evaluation != null) {
            evaluatedAt = outcome.end();
        }
        if (evaluation != null && !outcome.best().isEmpty()) {
            takeBest(request, outcome, evaluation);
        }
        position = new Position(outcome.end(), request.gang().generation(), null);
        if (!outcome.state().isEmpty()) {
            commit(request, outcome);
            if (outcome.end() < request.end()) {
                report.warn("ended early: step " + outcome.end() + " is committed");
            }
        }
        skips.requireFew();
        if (!outcome.result().isEmpty()) {
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
        boolean due = lengths.savesAt(outcome.end());
        // The log reaches at least as far as the checkpoint; what it has of later steps is forgotten.
        report.flush();
        checkpoints.commit(
                new Commit(
                        outcome.end(),
                        due ? Commit.Kind.CHECKPOINT : Commit.Kind.RECOVERY,
                        ownership.number(),
                        outcome.state(),
                        best,
                        bestStep,
                        stop.notBetter()),
                Storage.child(request.attempt(), SegmentRequest.STATE));
        savedAt = System.nanoTime();
        position = new Position(outcome.end(), request.gang().generation(), checkpoints.directory(outcome.end()));
    }

    /** Puts a directory in the place of an older one. */
    private void replace(String from, List<SavedFile> files, String target) throws IOException {
        plan.storage().delete(target);
        plan.storage().createDirectory(target);
        for (SavedFile file : files) {
            plan.storage().move(Storage.child(from, file.name()), Storage.child(target, file.name()));
        }
    }

    private void failed(SegmentRequest request, SegmentFailedException failure) throws IOException {
        ownership.require();
        // What was written of a checkpoint may be what fills the disk.
        plan.storage().delete(request.attempt());
        failures.add(failure);
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
        stop.restore(commit.map(Commit::notBetter).orElse(0), best);
        evaluatedAt = 0;
        skips.forget();
        report.startAfter(step);
    }
}
