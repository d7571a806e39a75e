// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.train;

import dev.vireo.jobs.exchange.ExchangeFailedException;
import dev.vireo.jobs.exchange.Gang;
import dev.vireo.jobs.exchange.SimulatedDriver;
import dev.vireo.jobs.exchange.SimulatedDriver.Load;
import dev.vireo.jobs.exchange.WorkerExchange;
import dev.vireo.jobs.storage.Storage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Workers that compute nothing: threads that meet at the real rendezvous, agree over the real exchange, keep or lose their
 * replicas and die at random, while the real driver's loop leads them. How long their steps take is drawn, not waited for.
 */
final class SimulatedFleet implements TrainLoop.Segments, AutoCloseable {
    /** Spread of the time that a worker needs for a step, relative to its mean. */
    private static final double SPREAD = 0.05;

    private static final double STEP_SECONDS = 2.0;

    private final int workers;
    private final Storage storage;
    private final double deathsPerSegment;
    private final Random random;
    private final SimulatedDriver driver = new SimulatedDriver();
    private final ExecutorService threads = Executors.newCachedThreadPool(work -> {
        Thread thread = new Thread(null, work, "worker", 1 << 18);
        thread.setDaemon(true);
        return thread;
    });
    /** Where each worker's replica is; null where its process is new. */
    private final @Nullable Position[] replicas;

    private final List<Double> joinSeconds = new ArrayList<>();
    private final List<Load> joins = new ArrayList<>();
    private final List<Load> rests = new ArrayList<>();
    private long generation;
    private int deaths;
    private long stepsDone;
    private long collectedBytes;
    private double slowest;
    private double mean;

    SimulatedFleet(int workers, Storage storage, double deathsPerSegment, long seed) {
        this.workers = workers;
        this.storage = storage;
        this.deathsPerSegment = deathsPerSegment;
        this.random = new Random(seed);
        this.replicas = new Position[workers];
        java.util.Arrays.fill(replicas, Position.start());
    }

    @Override
    public Gang gang(double stepSeconds) {
        return new Gang("simulated", ++generation, workers, 120_000, 120_000);
    }

    @Override
    public SegmentOutcome run(SegmentRequest request) throws SegmentFailedException {
        Load before = driver.load();
        long start = System.nanoTime();
        driver.rendezvous().open(request.gang(), report -> {});
        int dying = random.nextDouble() < deathsPerSegment ? random.nextInt(workers) : -1;
        long lastStep = request.start().step()
                + (request.end() > request.start().step()
                        ? random.nextInt((int) (request.end() - request.start().step()))
                        : 0);
        Segment segment = new Segment(request, dying, lastStep, times(request), start);
        List<Future<SegmentOutcome>> futures = new ArrayList<>();
        for (int rank = 0; rank < workers; rank++) {
            int mine = rank;
            futures.add(threads.submit(() -> segment.work(mine)));
        }
        SegmentOutcome outcome = collect(futures);
        driver.rendezvous().closeRun(request.gang().run());
        Load joined = segment.joined;
        if (joined != null) {
            joins.add(joined.since(before));
            rests.add(driver.load().since(joined));
        }
        return outcome;
    }

    private SegmentOutcome collect(List<Future<SegmentOutcome>> futures) throws SegmentFailedException {
        SegmentFailedException failure = null;
        SegmentOutcome all = null;
        for (Future<SegmentOutcome> future : futures) {
            try {
                SegmentOutcome outcome = future.get();
                collectedBytes += bytes(outcome);
                all = all == null ? outcome : all.with(outcome);
            } catch (ExecutionException e) {
                if (failure == null || e.getCause() instanceof Death) {
                    failure = new SegmentFailedException(e.getCause().getMessage(), false, e);
                }
            } catch (InterruptedException | IOException e) {
                throw new IllegalStateException(e);
            }
        }
        if (failure != null) {
            throw failure;
        }
        return java.util.Objects.requireNonNull(all);
    }

    private static long bytes(SegmentOutcome outcome) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(outcome);
        }
        return bytes.size();
    }

    /** Seconds of each step: those of its slowest worker. */
    private double[] times(SegmentRequest request) {
        double[] times = new double[(int) (request.end() - request.start().step())];
        for (int step = 0; step < times.length; step++) {
            double longest = 0;
            for (int worker = 0; worker < workers; worker++) {
                double seconds = STEP_SECONDS * Math.max(0.5, 1 + SPREAD * random.nextGaussian());
                mean += seconds / workers;
                longest = Math.max(longest, seconds);
            }
            slowest += longest;
            times[step] = longest;
        }
        return times;
    }

    /** Where a fake process ends. */
    private static final class Death extends RuntimeException {
        private static final long serialVersionUID = 1;

        Death(int rank, long step) {
            super("Rank " + rank + " died in step " + step);
        }
    }

    /** One gang's work. */
    private final class Segment {
        private final SegmentRequest request;
        private final int dying;
        private final long lastStep;
        private final double[] times;
        private final long start;
        private final AtomicBoolean dead = new AtomicBoolean();
        private volatile @Nullable Load joined;

        Segment(SegmentRequest request, int dying, long lastStep, double[] times, long start) {
            this.request = request;
            this.dying = dying;
            this.lastStep = lastStep;
            this.times = times;
            this.start = start;
        }

        SegmentOutcome work(int rank) throws IOException, InterruptedException {
            WorkerExchange exchange = driver.join(request.gang(), rank);
            if (rank == 0) {
                joined = driver.load();
                joinSeconds.add((System.nanoTime() - start) / 1e9);
            }
            try {
                SegmentOutcome outcome = train(exchange);
                exchange.close();
                return outcome;
            } catch (ExchangeFailedException e) {
                driver.left(request.gang(), rank);
                exchange.abort();
                throw e;
            }
        }

        private SegmentOutcome train(WorkerExchange exchange) throws IOException {
            int rank = exchange.rank();
            Position at = replicas[rank];
            Position wanted = request.start();
            boolean isThere = at != null && at.step() == wanted.step() && at.generation() == wanted.generation();
            if (!all(exchange, isThere || wanted.isRestorable())) {
                return SegmentOutcome.replicaMissing();
            }
            List<StepRecord> steps = new ArrayList<>();
            for (long step = wanted.step(); step < request.end(); step++) {
                if (rank == dying && step == lastStep && dead.compareAndSet(false, true)) {
                    replicas[rank] = null;
                    deaths++;
                    exchange.abort();
                    throw new Death(rank, step);
                }
                all(exchange, true);
                if (rank == 0) {
                    steps.add(record(step));
                    driver.report(
                            request.gang(), rank, steps.get(steps.size() - 1).toJson());
                }
            }
            replicas[rank] = new Position(request.end(), request.gang().generation(), null);
            return rank == 0 ? outcome(steps) : SegmentOutcome.silent(request.end(), false, Map.of());
        }

        private boolean all(WorkerExchange exchange, boolean here) {
            double[] count = {here ? 1 : 0};
            exchange.sum(count);
            return count[0] == workers;
        }

        private StepRecord record(long step) {
            stepsDone++;
            double seconds = times[(int) (step - request.start().step())];
            return new StepRecord(step + 1, Map.of("loss", 1.0, "seconds", seconds, "tokens", 1000.0 * workers));
        }

        private SegmentOutcome outcome(List<StepRecord> steps) throws IOException {
            return new SegmentOutcome(
                    true,
                    request.end(),
                    false,
                    steps,
                    null,
                    Map.of(),
                    request.save() ? write(SegmentRequest.STATE) : List.of(),
                    List.of(),
                    request.deliver() ? write(SegmentRequest.RESULT) : List.of());
        }

        private List<SavedFile> write(String part) throws IOException {
            return AttemptFiles.write(
                    storage,
                    request.attempt() + "/" + part,
                    at -> Files.writeString(at.resolve(part), "of " + request.end()));
        }
    }

    int deaths() {
        return deaths;
    }

    int segments() {
        return (int) generation;
    }

    /** Steps that were computed, those that were lost included. */
    long stepsDone() {
        return stepsDone;
    }

    /** Bytes of what workers return to the driver at the ends of segments. */
    long collectedBytes() {
        return collectedBytes;
    }

    /** From the start of a gang to the moment when its last worker knows whom to connect to, the longest. */
    double longestJoinSeconds() {
        return joinSeconds.stream().mapToDouble(Double::doubleValue).max().orElse(0);
    }

    /** The driver's load of the busiest join. */
    Load busiestJoin() {
        return joins.stream()
                .max(java.util.Comparator.comparingDouble(Load::busySeconds))
                .orElseThrow();
    }

    /** The driver's load behind the joins, all segments together. */
    Load whileTraining() {
        return new Load(
                rests.stream().mapToLong(Load::calls).sum(),
                rests.stream().mapToLong(Load::received).sum(),
                rests.stream().mapToLong(Load::sent).sum(),
                rests.stream().mapToDouble(Load::busySeconds).sum());
    }

    /** Mean time of a worker's step over the time of the slowest, which all wait for. */
    double efficiency() {
        return mean / slowest;
    }

    @Override
    public void close() {
        threads.shutdownNow();
        driver.close();
    }
}
