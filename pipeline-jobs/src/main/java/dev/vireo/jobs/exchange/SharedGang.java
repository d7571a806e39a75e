// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.exchange;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Where the threads of one process meet. */
final class SharedGang {
    private static final Map<String, SharedGang> GANGS = new ConcurrentHashMap<>();

    private final Gang gang;
    private final @Nullable Object[] arrays;
    private int arrived;
    private long meetings;
    private int left;
    private boolean broken;

    private SharedGang(Gang gang) {
        this.gang = gang;
        this.arrays = new Object[gang.worldSize()];
    }

    /** Waits until all workers of the gang are here. */
    static WorkerExchange join(Gang gang, int rank) {
        SharedGang shared = GANGS.computeIfAbsent(gang.id(), id -> new SharedGang(gang));
        SharedExchange exchange = new SharedExchange(shared, rank);
        try {
            shared.meet(gang.joinMillis());
            return exchange;
        } catch (InterruptedException e) {
            exchange.abort();
            Thread.currentThread().interrupt();
            throw new ExchangeFailedException(rank, -1, "interrupted", e);
        } catch (TimeoutException e) {
            exchange.abort();
            String reason = "not all " + gang.worldSize() + " workers appeared within " + gang.joinMillis() + " ms";
            throw new ExchangeFailedException(rank, -1, reason, e);
        } catch (IllegalStateException e) {
            exchange.abort();
            throw new ExchangeFailedException(rank, -1, "another worker failed", e);
        }
    }

    int worldSize() {
        return gang.worldSize();
    }

    long callMillis() {
        return gang.callMillis();
    }

    /**
     * Waits until every worker has called this.
     *
     * @throws IllegalStateException once a worker has left early
     */
    synchronized void meet(long millis) throws InterruptedException, TimeoutException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        long meeting = meetings;
        if (++arrived == gang.worldSize() && !broken) {
            arrived = 0;
            meetings++;
            notifyAll();
            return;
        }
        while (meetings == meeting && !broken) {
            long rest = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            if (rest <= 0) {
                throw new TimeoutException();
            }
            wait(rest);
        }
        if (meetings == meeting) {
            throw new IllegalStateException("The gang broke up");
        }
    }

    synchronized void publish(int rank, Object array) {
        arrays[rank] = array;
    }

    synchronized Object published(int rank) {
        Object array = arrays[rank];
        if (array == null) {
            throw new IllegalStateException("The gang broke up");
        }
        return array;
    }

    /** Makes every worker that waits, or will wait, fail. */
    synchronized void breakUp() {
        broken = true;
        java.util.Arrays.fill(arrays, null);
        notifyAll();
    }

    synchronized void leave() {
        if (++left == gang.worldSize()) {
            GANGS.remove(gang.id(), this);
        }
    }
}
