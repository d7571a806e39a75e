// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.exchange;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The driver's end of a gang whose workers are threads: the real rendezvous behind one thread, as Spark's endpoint has,
 * and the real exchange of one process. Counts what reaches the driver.
 */
public final class SimulatedDriver implements AutoCloseable {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private final Rendezvous rendezvous = new Rendezvous();
    private final ExecutorService endpoint = Executors.newSingleThreadExecutor();
    private final AtomicLong calls = new AtomicLong();
    private final AtomicLong received = new AtomicLong();
    private final AtomicLong sent = new AtomicLong();
    private final AtomicLong busyNanos = new AtomicLong();
    private final RendezvousClient client = new RendezvousClient(this::ask);

    /**
     * What the driver's endpoint did.
     *
     * @param calls of workers
     * @param received bytes
     * @param sent bytes
     * @param busySeconds processor time of its one thread
     */
    public record Load(long calls, long received, long sent, double busySeconds) {
        /** What came since an earlier moment. */
        public Load since(Load earlier) {
            return new Load(
                    calls - earlier.calls,
                    received - earlier.received,
                    sent - earlier.sent,
                    busySeconds - earlier.busySeconds);
        }
    }

    private String ask(String message) throws Exception {
        return endpoint.submit(() -> {
                    long start = THREADS.getCurrentThreadCpuTime();
                    String reply = rendezvous.receive(message);
                    busyNanos.addAndGet(THREADS.getCurrentThreadCpuTime() - start);
                    calls.incrementAndGet();
                    received.addAndGet(message.length());
                    sent.addAndGet(reply.length());
                    return reply;
                })
                .get();
    }

    public Load load() {
        return new Load(calls.get(), received.get(), sent.get(), busyNanos.get() / 1e9);
    }

    public Rendezvous rendezvous() {
        return rendezvous;
    }

    /** A worker's way into a gang: as over sockets up to the moment when it would connect. */
    public WorkerExchange join(Gang gang, int rank) throws InterruptedException {
        client.enter(gang, rank, new Place("executor-" + rank, host(rank)));
        client.join(gang, rank, new Peer(host(rank), 40_000 + rank % 20_000));
        return SharedGang.join(gang, rank);
    }

    private static String host(int rank) {
        return "10.20." + rank / 250 + "." + rank % 250;
    }

    public void report(Gang gang, int rank, String text) {
        client.report(gang, rank, text);
    }

    /** The last words of a worker whose gang breaks up. */
    public void left(Gang gang, int rank) {
        client.left(gang, rank, null);
    }

    /** Connections of the worker that has most of them. */
    public static int mostConnections(int workers) {
        Groups groups = Groups.of(workers);
        int most = 0;
        for (int rank = 0; rank < workers; rank++) {
            most = Math.max(most, groups.neighbours(rank).size());
        }
        return most;
    }

    @Override
    public void close() {
        endpoint.shutdownNow();
    }
}
