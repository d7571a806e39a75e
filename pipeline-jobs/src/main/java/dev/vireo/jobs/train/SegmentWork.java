// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.train;

import dev.vireo.jobs.exchange.WorkerExchange;
import dev.vireo.jobs.exchange.WorkerPort;
import dev.vireo.jobs.runtime.Termination;
import dev.vireo.jobs.train.StepRecord.Names;
import dev.vireo.training.DataOrder;
import dev.vireo.training.LearningRate;
import dev.vireo.training.StepInput;
import dev.vireo.training.StepResult;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One worker's part in a segment. */
final class SegmentWork {
    private static final long REPORT_NANOS = 200_000_000L;

    private final TrainPlan plan;
    private final SegmentRequest request;
    private final Resident resident;
    private final WorkerExchange exchange;
    private final WorkerPort port;
    private final DataOrder order;
    private final LearningRate learningRate;
    private final LoggedSteps logged;
    private final long started = System.nanoTime();
    private final Map<Long, List<String>> notFinite = new TreeMap<>();
    private int skippedInARow;
    private boolean alarmed;
    private long reported;

    SegmentWork(TrainPlan plan, SegmentRequest request, Resident resident, WorkerExchange exchange, WorkerPort port) {
        this.plan = plan;
        this.request = request;
        this.resident = resident;
        this.exchange = exchange;
        this.port = port;
        this.order = plan.order();
        this.learningRate = plan.learningRate();
        this.logged = plan.logged();
        this.skippedInARow = request.skippedInARow();
    }

    SegmentOutcome run() throws IOException, InterruptedException {
        int rank = exchange.rank();
        if (!all(resident.canMoveTo(request.start(), rank, exchange.worldSize()))) {
            return SegmentOutcome.replicaMissing();
        }
        resident.moveTo(request.start(), rank, exchange.worldSize());
        resident.leave();
        List<StepRecord> steps = new ArrayList<>();
        long step = request.start().step();
        boolean goesOn = step < request.end();
        while (goesOn) {
            exchange.atStep(step);
            StepRecord record = step(step);
            steps.add(record);
            step++;
            report(record, step == request.end());
            goesOn = step < request.end() && !endsEarly();
        }
        exchange.betweenSteps();
        boolean whole = step == request.end();
        StepRecord evaluation = whole && request.evaluate() ? evaluate() : null;
        boolean saves = savesState(step);
        if (saves && rank > 0) {
            resident.replica().contribute(exchange);
        }
        SegmentOutcome outcome =
                rank == 0 ? write(step, steps, evaluation, saves) : SegmentOutcome.silent(step, isLeaving(), notFinite);
        resident.arrive(new Position(step, request.gang().generation(), null));
        return outcome;
    }

    /** Whether something holds on every worker. */
    private boolean all(boolean here) {
        double[] count = {here ? 1 : 0};
        exchange.sum(count);
        return count[0] == exchange.worldSize();
    }

    /** Whether all workers stop behind this step; the same on every one. */
    private boolean endsEarly() {
        boolean toTheEnd = !isLeaving() && !port.isAskedToEnd();
        return alarmed || skippedInARow >= plan.train().faults().maxSkipped() || !all(toTheEnd);
    }

    private static boolean isLeaving() {
        return Termination.ofProcess().isRequested();
    }

    private StepRecord step(long step) throws IOException, InterruptedException {
        long start = System.nanoTime();
        StepReader.Rows rows = resident.rows().rows(step, exchange.rank(), exchange.worldSize());
        double waited = (System.nanoTime() - start) / 1e9;
        double rate = learningRate.at(step);
        StepInput input =
                new StepInput(rows.microBatches(), rows.mismatched(), rows.totals(), rate, logged.watch(step + 1));
        StepResult result = resident.replica().step(input, exchange);
        Map<String, Double> values = new LinkedHashMap<>();
        values.put(Names.EPOCH, order.epochsAfter(step + 1));
        values.put(Names.LOSS, result.loss());
        values.put(Names.LEARNING_RATE, rate);
        values.put(Names.GRAD_NORM, result.gradNorm());
        double seconds = (System.nanoTime() - start) / 1e9;
        values.put(Names.SECONDS, seconds);
        values.put(Names.TOKENS, (double) result.tokens());
        values.put(Names.TOKEN_RATE, result.tokens() / seconds);
        values.put(Names.FLOP_RATE, result.flops() / seconds / 1e12);
        values.put(Names.DATA_SECONDS, waited);
        skippedInARow = result.skipped() ? skippedInARow + 1 : 0;
        if (result.skipped()) {
            values.put(Names.SKIPPED, 1.0);
            notFinite.put(step + 1, resident.replica().rowsThatAreNotFinite(input));
        }
        values.putAll(result.metrics());
        StepRecord record = new StepRecord(step + 1, values);
        alarmed = plan.train().stop().isAlarm(record.value(Names.KL));
        return record;
    }

    private void report(StepRecord record, boolean last) {
        long now = System.nanoTime();
        if (exchange.rank() == 0 && (last || now - reported > REPORT_NANOS)) {
            reported = now;
            port.report(record.toJson());
        }
    }

    private StepRecord evaluate() throws IOException {
        HeldOut heldOut = resident.heldOut();
        if (heldOut == null) {
            throw new IllegalStateException("Asked to evaluate without held-out rows");
        }
        long start = System.nanoTime();
        Map<String, Double> values = new LinkedHashMap<>();
        values.put(Names.EPOCH, order.epochsAfter(request.end()));
        heldOut.evaluate(exchange).forEach((name, value) -> values.put(Names.EVAL + name, value));
        values.put(Names.EVAL + Names.SECONDS, (System.nanoTime() - start) / 1e9);
        return new StepRecord(request.end(), values);
    }

    /** Whether rank 0 writes the state; where all workers have a part of it, they agree. */
    private boolean savesState(long end) {
        long millis = (System.nanoTime() - started) / 1_000_000;
        boolean due = end < request.end() || request.save() || millis > request.saveAfterMillis();
        double[] saves = {due && exchange.rank() == 0 ? 1 : 0};
        if (plan.train().sharesOptimizer()) {
            exchange.sum(saves);
        }
        return saves[0] > 0;
    }

    private SegmentOutcome write(long end, List<StepRecord> steps, @Nullable StepRecord evaluation, boolean saves)
            throws IOException {
        boolean whole = end == request.end();
        boolean isBest = evaluation != null && BestModel.improves(plan, evaluation, request.best());
        return new SegmentOutcome(
                true,
                end,
                isLeaving(),
                steps,
                evaluation,
                notFinite,
                write(saves, SegmentRequest.STATE, folder -> resident.saveState(folder, exchange)),
                write(isBest, SegmentRequest.BEST, resident::saveResult),
                write(whole && request.deliver(), SegmentRequest.RESULT, resident::saveResult));
    }

    private List<SavedFile> write(boolean wanted, String folder, AttemptFiles.Content content) throws IOException {
        return wanted ? AttemptFiles.write(plan.storage(), request.attempt() + "/" + folder, content) : List.of();
    }
}
