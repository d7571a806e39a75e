// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.exchange;

import dev.vireo.jobs.exchange.ExchangeFailedException.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Workers in several processes, connected as {@link Groups} says. A sum is a reduce-scatter and an all-gather among a
 * {@link Team}, with groups first within the group, then between the groups, then within the group again.
 */
final class SocketExchange implements WorkerExchange {
    private static final ScheduledExecutorService DEADLINES = deadlines();

    private final Gang gang;
    private final int rank;
    private final Links links;
    private final ExecutorService sender;
    private final Hierarchy teams;
    private volatile int waitingFor = -1;
    private long call;
    private long step = -1;
    private boolean inStep;

    private SocketExchange(Gang gang, int rank, Links links) {
        this.gang = gang;
        this.rank = rank;
        this.links = links;
        this.sender = Executors.newSingleThreadExecutor(daemons("vireo-sender-" + rank));
        this.teams = new Hierarchy(
                Groups.of(gang.worldSize()), rank, ranks -> new Team(ranks, rank, links, sender, this::waitFor));
    }

    /**
     * Takes a worker's place in a gang.
     *
     * @param driver brings the workers together
     * @throws ExchangeFailedException if the driver refuses this worker or the others do not appear in time
     */
    static WorkerExchange join(Gang gang, int rank, Transport transport, RendezvousClient driver) {
        String key = driver.enter(gang, rank, Place.ofProcess());
        Links links;
        try {
            links = Links.listen(gang, rank, Groups.of(gang.worldSize()).neighbours(rank), transport, key);
        } catch (IOException e) {
            throw new ExchangeFailedException(
                    rank, -1, "cannot listen on " + transport.host() + ": " + e.getMessage(), e);
        }
        SocketExchange exchange = new SocketExchange(gang, rank, links);
        try {
            Map<Integer, Peer> peers = driver.join(gang, rank, new Peer(transport.host(), links.port()));
            links.connect(peers);
            return exchange;
        } catch (ExchangeFailedException e) {
            exchange.abort();
            throw e;
        } catch (IOException | RuntimeException | InterruptedException e) {
            throw exchange.failed(e);
        }
    }

    @Override
    public int rank() {
        return rank;
    }

    @Override
    public int worldSize() {
        return gang.worldSize();
    }

    @Override
    public void atStep(long newStep) {
        step = newStep;
        inStep = true;
    }

    @Override
    public void betweenSteps() {
        inStep = false;
    }

    @Override
    public void sum(ByteBuffer values) {
        run(() -> teams.sum(++call, values.slice(), Unit.FLOAT32));
    }

    @Override
    public void sum(double[] values) {
        ByteBuffer buffer =
                ByteBuffer.allocateDirect(values.length * Double.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        buffer.asDoubleBuffer().put(values);
        run(() -> teams.sumAtOne(++call, buffer, Unit.FLOAT64));
        buffer.asDoubleBuffer().get(values);
    }

    @Override
    public void sumShards(ByteBuffer values, int[] bounds) {
        run(() -> teams.sumShards(++call, values.slice(), bounds, Unit.FLOAT32));
    }

    @Override
    public void gatherShards(ByteBuffer values, int[] bounds) {
        run(() -> teams.gatherShards(++call, values.slice(), bounds, Unit.FLOAT32));
    }

    /** An exchange with the others. */
    private interface Work {
        void run() throws IOException, InterruptedException, ExecutionException;
    }

    /** Whatever goes wrong, or takes too long, closes all connections, so that nobody waits for this worker. */
    private void run(Work work) {
        long millis = gang.callDeadline(inStep).toMillis();
        ScheduledFuture<?> deadline = DEADLINES.schedule(() -> tooLate(millis), millis, TimeUnit.MILLISECONDS);
        try {
            work.run();
        } catch (IOException | RuntimeException | InterruptedException | ExecutionException e) {
            throw failed(e);
        } finally {
            deadline.cancel(false);
        }
    }

    private void tooLate(long millis) {
        links.expire("nothing came from rank " + waitingFor + " within " + millis + " ms");
    }

    private void waitFor(int other) {
        waitingFor = other;
    }

    private ExchangeFailedException failed(Exception cause) {
        @Nullable String reason = links.failure();
        if (cause instanceof InterruptedException || Thread.currentThread().isInterrupted()) {
            Thread.currentThread().interrupt();
            reason = "interrupted";
        }
        abort();
        String text = reason == null ? String.valueOf(cause.getMessage()) : reason;
        return new ExchangeFailedException(kind(cause, reason), rank, step, text, cause);
    }

    private Kind kind(Exception cause, @Nullable String closed) {
        if (links.isLate()) {
            return Kind.LATE;
        }
        return closed == null && cause instanceof IllegalStateException ? Kind.DAMAGED : Kind.GONE;
    }

    /** Everything was sent before the last sum ended. */
    @Override
    public void close() {
        abort();
    }

    @Override
    public void abort() {
        links.close();
        sender.shutdownNow();
    }

    private static ThreadFactory daemons(String name) {
        return work -> {
            Thread thread = new Thread(work, name);
            thread.setDaemon(true);
            return thread;
        };
    }

    private static ScheduledExecutorService deadlines() {
        ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1, daemons("vireo-deadlines"));
        timer.setRemoveOnCancelPolicy(true);
        return timer;
    }
}
