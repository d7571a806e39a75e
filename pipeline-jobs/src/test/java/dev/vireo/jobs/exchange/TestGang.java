// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.exchange;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.spark.SparkConf;

/** Runs the workers of a gang as threads that talk over real sockets, or over shared memory. */
final class TestGang implements AutoCloseable {
    private final Rendezvous rendezvous = new Rendezvous();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final SparkConf conf;
    private final Gang gang;
    private final boolean sockets;

    TestGang(Gang gang, boolean sockets, SparkConf conf) {
        this.gang = gang;
        this.sockets = sockets;
        this.conf = conf;
        rendezvous.open(gang, text -> {});
    }

    static TestGang of(int worldSize, boolean sockets) {
        return new TestGang(new Gang("run", 1, worldSize, 10_000, 10_000), sockets, new SparkConf(false));
    }

    Rendezvous rendezvous() {
        return rendezvous;
    }

    WorkerExchange join(int rank) {
        return sockets
                ? SocketExchange.join(
                        gang, rank, Transport.of(conf, "127.0.0.1"), new RendezvousClient(rendezvous::receive))
                : SharedGang.join(gang, rank);
    }

    /** Runs the same work on all ranks and returns what each of them returned. */
    <T> List<T> run(Work<T> work) throws InterruptedException, ExecutionException {
        List<T> results = new ArrayList<>();
        for (Future<T> future : start(work)) {
            results.add(future.get());
        }
        return results;
    }

    <T> List<Future<T>> start(Work<T> work) {
        List<Future<T>> futures = new ArrayList<>();
        for (int rank = 0; rank < gang.worldSize(); rank++) {
            int mine = rank;
            futures.add(threads.submit(() -> {
                try (WorkerExchange exchange = join(mine)) {
                    return work.of(exchange);
                }
            }));
        }
        return futures;
    }

    /** Float32 values as an exchange takes them. */
    static ByteBuffer direct(float[] values) {
        ByteBuffer buffer =
                ByteBuffer.allocateDirect(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        buffer.asFloatBuffer().put(values);
        return buffer;
    }

    static float[] array(ByteBuffer values) {
        float[] array = new float[values.remaining() / Float.BYTES];
        values.asFloatBuffer().get(array);
        return array;
    }

    /** Sums an array in place. */
    static void sum(WorkerExchange exchange, float[] values) {
        ByteBuffer buffer = direct(values);
        exchange.sum(buffer);
        System.arraycopy(array(buffer), 0, values, 0, values.length);
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }

    interface Work<T> {
        T of(WorkerExchange exchange) throws Exception;
    }
}
