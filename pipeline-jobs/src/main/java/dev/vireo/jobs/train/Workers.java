// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.train;

import dev.vireo.jobs.exchange.ExchangeFailedException.Kind;
import dev.vireo.jobs.exchange.ExchangePlugin;
import dev.vireo.jobs.exchange.Gang;
import dev.vireo.jobs.exchange.Place;
import dev.vireo.jobs.exchange.Rendezvous;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/** The driver's hand on the workers: starts a gang as a barrier job and finds out why it failed. Confined to one thread. */
final class Workers implements TrainLoop.Segments, AutoCloseable {
    private static final long JOIN_MILLIS = 120_000;
    /** Of steps; who is silent for longer hangs. */
    private static final double PATIENCE = 10;

    private static final long LAST_WORDS_MILLIS = 2_000;
    private static final long POLL_MILLIS = 20;
    /** After this time without all workers, and each minute after it, the user is told what is waited for. */
    private static final long WAIT_SECONDS = 10;

    private final SparkContext spark;
    private final TrainPlan plan;
    private final Broadcast<TrainPlan> sent;
    private final Consumer<String> reports;
    private final Consumer<String> notes;
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(work -> {
        Thread thread = new Thread(work, "vireo-waiting");
        thread.setDaemon(true);
        return thread;
    });
    private final Rendezvous rendezvous = ExchangePlugin.rendezvous();
    private final Fleet fleet;
    private final Seats seats;
    private long generation;

    /**
     * @param askedToEnd whether workers should end their segment behind the step that they are in
     * @param reports receives steps as JSON while they happen, on a network thread
     * @param notes receives what the user should know, on a thread of its own
     */
    Workers(
            SparkContext spark,
            TrainPlan plan,
            BooleanSupplier askedToEnd,
            Consumer<String> reports,
            Consumer<String> notes) {
        this.spark = spark;
        this.plan = plan;
        this.reports = reports;
        this.notes = notes;
        this.sent = JavaSparkContext.fromSparkContext(spark).broadcast(plan);
        this.fleet = new Fleet(spark);
        this.seats = new Seats(spark, fleet, sent, plan.workers());
        rendezvous.endEarly(askedToEnd);
    }

    @Override
    public Gang gang(double stepSeconds) {
        long callMillis = plan.train().batch().exchangeTimeoutSeconds() * 1000L;
        double silence = Math.max(plan.train().faults().hangSeconds(), PATIENCE * stepSeconds) * 1000;
        long hangMillis = Double.isNaN(stepSeconds) ? callMillis : (long) Math.min(callMillis, silence);
        return new Gang(plan.run(), ++generation, plan.workers(), JOIN_MILLIS, callMillis, hangMillis);
    }

    @Override
    public SegmentOutcome run(SegmentRequest request) throws SegmentFailedException {
        Gang gang = request.gang();
        rendezvous.open(gang, report -> {
            seats.running();
            reports.accept(report);
        });
        spark.setJobGroup(
                "vireo-train-" + plan.run(), "train steps " + request.start().step() + " to " + request.end(), true);
        ScheduledFuture<?> waiting =
                clock.scheduleAtFixedRate(() -> noteWaiting(gang), WAIT_SECONDS, 60, TimeUnit.SECONDS);
        try {
            List<SegmentOutcome> outcomes = GangJob.run(spark, seats.ranks(), new SegmentTask(sent, request));
            SortedMap<Integer, Place> places = rendezvous.places(gang);
            seats.taken(places);
            places.forEach((rank, place) -> {
                if (outcomes.get(rank).leaving()) {
                    fleet.replace(place);
                }
            });
            return outcomes.stream().reduce(SegmentOutcome::with).orElseThrow();
        } catch (Exception e) {
            throw failure(gang, e);
        } finally {
            waiting.cancel(false);
            spark.clearJobGroup();
            rendezvous.closeRun(plan.run());
        }
    }

    /** Spark starts all workers of a gang at once or none, and says nothing while it waits for places. */
    private void noteWaiting(Gang gang) {
        int there = rendezvous.places(gang).size();
        if (!spark.isLocal() && there < plan.workers()) {
            notes.accept(String.format(
                    Locale.ROOT,
                    "waiting: %d of %d workers have started; the application has %d executors, which other jobs of it may"
                            + " occupy",
                    there,
                    plan.workers(),
                    fleet.active()));
        }
    }

    private SegmentFailedException failure(Gang gang, Exception thrown) {
        awaitLastWords(gang);
        Optional<String> late = rendezvous.reason(gang, Kind.LATE);
        String replaced = late.isPresent() ? replaceSilent(gang) : "";
        Optional<WorkerFailure> first = rendezvous.firstFailure(gang).map(WorkerFailure::parse);
        if (first.isPresent()) {
            return new SegmentFailedException(first.get().reason(), first.get().permanent(), thrown);
        }
        String text = String.valueOf(thrown.getMessage());
        if (text.contains("SPARK-24819")) {
            String reason = String.format(
                    Locale.ROOT,
                    "Cannot start %d workers: the cluster has fewer places for them; give the application more executors"
                            + " (spark.executor.instances) or lower train.workers",
                    plan.workers());
            return new SegmentFailedException(reason, true, thrown);
        }
        // Of two workers that lost each other, Spark may report the one that was left.
        String reason = late.or(() -> rendezvous.reason(gang, Kind.DAMAGED)).orElseGet(() -> brief(text));
        return new SegmentFailedException(reason + replaced, spark.isStopped(), thrown);
    }

    /** The first failure makes all other workers leave; most say so at once. */
    private void awaitLastWords(Gang gang) {
        long deadline = System.nanoTime() + LAST_WORDS_MILLIS * 1_000_000;
        try {
            while (!silent(gang).isEmpty() && System.nanoTime() < deadline) {
                Thread.sleep(POLL_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Workers that said nothing, by rank, and whose process is there. */
    private SortedMap<Integer, Place> silent(Gang gang) {
        SortedMap<Integer, Place> silent = rendezvous.places(gang);
        silent.keySet().retainAll(rendezvous.staying(gang));
        silent.values().removeIf(place -> !fleet.isActive(place));
        return silent;
    }

    /** Ends the processes of silent workers, for which another one waited in vain, and says so. */
    private String replaceSilent(Gang gang) {
        StringBuilder text = new StringBuilder();
        silent(gang).forEach((rank, place) -> {
            fleet.replace(place);
            text.append("; rank ").append(rank).append(" hangs: executor ").append(place.executor());
            text.append(" on ").append(place.host()).append(" is replaced");
        });
        return text.toString();
    }

    /** Of Spark's words about a failed barrier job the line that names the cause. */
    private static String brief(String text) {
        List<String> lines =
                text.lines().map(String::strip).filter(line -> !line.isEmpty()).toList();
        return lines.stream()
                .filter(line -> line.startsWith("ExecutorLostFailure") || line.contains("Exception: "))
                .findFirst()
                .or(() -> lines.stream().findFirst())
                .orElse("the Spark job failed");
    }

    @Override
    public void close() {
        rendezvous.endEarly(() -> false);
        clock.shutdownNow();
        seats.close();
        sent.destroy();
    }
}
