// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.exchange;

import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Workers that are threads of one process. Rank r sums the r-th chunk of all arrays, which nobody else reads, and writes
 * the sum into all of them.
 */
final class SharedExchange implements WorkerExchange {
    private final SharedGang gang;
    private final int rank;
    private long step = -1;

    SharedExchange(SharedGang gang, int rank) {
        this.gang = gang;
        this.rank = rank;
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
    }

    @Override
    public void betweenSteps() {}

    @Override
    public void sum(float[] values) {
        try {
            gang.publish(rank, values);
            meet();
            sumOwnChunk(values.length);
            meet();
        } catch (IllegalStateException e) {
            throw failed("another worker failed", e);
        }
    }

    private void sumOwnChunk(int length) {
        float[][] all = new float[worldSize()][];
        for (int r = 0; r < all.length; r++) {
            all[r] = (float[]) gang.published(r);
            requireLength(r, length, all[r].length);
        }
        Chunks chunks = new Chunks(length, worldSize());
        int start = chunks.start(rank);
        int end = chunks.end(rank);
        float[] sum = all[0];
        for (int r = 1; r < all.length; r++) {
            Sums.add(sum, start, all[r], start, end - start);
        }
        for (int r = 1; r < all.length; r++) {
            System.arraycopy(sum, start, all[r], start, end - start);
        }
    }

    @Override
    public void sum(double[] values) {
        try {
            gang.publish(rank, values.clone());
            meet();
            double[][] all = new double[worldSize()][];
            for (int r = 0; r < all.length; r++) {
                all[r] = (double[]) gang.published(r);
                requireLength(r, values.length, all[r].length);
            }
            Sums.inOrder(all, values);
            meet();
        } catch (IllegalStateException e) {
            throw failed("another worker failed", e);
        }
    }

    private void requireLength(int other, int expected, int length) {
        if (length != expected) {
            throw failed("rank " + other + " sums " + length + " values, this one " + expected, null);
        }
    }

    private void meet() {
        try {
            gang.meet(gang.callMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failed("interrupted", e);
        } catch (TimeoutException e) {
            throw failed("no answer from another worker within " + gang.callMillis() + " ms", e);
        }
    }

    private ExchangeFailedException failed(String reason, @Nullable Throwable cause) {
        gang.breakUp();
        return new ExchangeFailedException(rank, step, reason, cause);
    }

    @Override
    public void close() {
        gang.leave();
    }

    @Override
    public void abort() {
        gang.breakUp();
        gang.leave();
    }
}
