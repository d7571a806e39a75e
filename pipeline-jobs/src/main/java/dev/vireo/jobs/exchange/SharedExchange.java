// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.exchange;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Workers that are threads of one process. Rank r sums the r-th chunk of all values, which nobody else reads, in the order
 * of {@link Groups}, and writes the sum where it is wanted.
 */
final class SharedExchange implements WorkerExchange {
    private final SharedGang gang;
    private final int rank;
    private final Groups groups;
    private long step = -1;

    SharedExchange(SharedGang gang, int rank) {
        this.gang = gang;
        this.rank = rank;
        this.groups = Groups.of(gang.worldSize());
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
    public void sum(ByteBuffer values) {
        sum(values.slice(), Unit.FLOAT32);
    }

    @Override
    public void sum(double[] values) {
        ByteBuffer buffer = ByteBuffer.allocate(values.length * Double.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        buffer.asDoubleBuffer().put(values);
        sum(buffer, Unit.FLOAT64);
        buffer.asDoubleBuffer().get(values);
    }

    private void sum(ByteBuffer values, Unit unit) {
        Chunks chunks = Chunks.even(0, values.limit(), unit, worldSize(), worldSize());
        together(values, unit, all -> {
            ByteBuffer sum = sumOwn(all, chunks.start(rank), chunks.end(rank), unit);
            for (ByteBuffer one : all) {
                copy(sum, one, chunks.start(rank));
            }
        });
    }

    @Override
    public void sumShards(ByteBuffer values, int[] bounds) {
        ByteBuffer own = values.slice();
        int start = bounds[rank] * Float.BYTES;
        int end = bounds[rank + 1] * Float.BYTES;
        together(own, Unit.FLOAT32, all -> copy(sumOwn(all, start, end, Unit.FLOAT32), own, start));
    }

    @Override
    public void gatherShards(ByteBuffer values, int[] bounds) {
        ByteBuffer own = values.slice();
        int start = bounds[rank] * Float.BYTES;
        int end = bounds[rank + 1] * Float.BYTES;
        together(own, Unit.FLOAT32, all -> {
            for (ByteBuffer one : all) {
                copy(own.slice(start, end - start), one, start);
            }
        });
    }

    /** Reads and writes the values of all workers. */
    private interface Work {
        void on(ByteBuffer[] all);
    }

    /** Does the work while the values of all workers can be seen; each rank touches a part of its own. */
    private void together(ByteBuffer values, Unit unit, Work work) {
        try {
            gang.publish(rank, values);
            meet();
            ByteBuffer[] all = new ByteBuffer[worldSize()];
            for (int r = 0; r < all.length; r++) {
                all[r] = ((ByteBuffer) gang.published(r)).duplicate();
                requireLength(r, values.limit() / unit.bytes(), all[r].limit() / unit.bytes());
            }
            work.on(all);
            meet();
        } catch (IllegalStateException e) {
            throw failed("another worker failed", e);
        }
    }

    /** The sum of a part of all values, in the memory of some of them. */
    private ByteBuffer sumOwn(ByteBuffer[] all, int start, int end, Unit unit) {
        ByteBuffer sum = all[0].slice(start, end - start);
        for (int group = 0; group < groups.count(); group++) {
            int first = groups.start(group);
            ByteBuffer ofGroup = all[first].slice(start, end - start);
            for (int r = first + 1; r < groups.end(group); r++) {
                unit.add(ofGroup, all[r].slice(start, end - start));
            }
            if (group > 0) {
                unit.add(sum, ofGroup);
            }
        }
        return sum;
    }

    private static void copy(ByteBuffer part, ByteBuffer into, int start) {
        into.put(start, part, 0, part.limit());
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
