// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.exchange;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What arrived from the other workers and was not used yet. Filled by network threads, emptied by the worker's. */
final class Inbox {
    private final List<List<Queue<Frame>>> queues = new ArrayList<>();
    private final boolean[] gone;
    private @Nullable String failure;

    Inbox(int worldSize) {
        for (int rank = 0; rank < worldSize; rank++) {
            List<Queue<Frame>> ofRank = new ArrayList<>();
            for (int kind = 0; kind < Frame.Kind.values().length; kind++) {
                ofRank.add(new ArrayDeque<>());
            }
            queues.add(ofRank);
        }
        gone = new boolean[worldSize];
    }

    synchronized void put(Frame frame) {
        queue(frame.from(), frame.kind()).add(frame);
        notifyAll();
    }

    /** Notes that nothing more will come from a worker. */
    synchronized void gone(int rank) {
        gone[rank] = true;
        notifyAll();
    }

    /** Makes every later {@link #take} fail; the first reason counts. */
    synchronized void fail(String reason) {
        if (failure == null) {
            failure = reason;
        }
        notifyAll();
    }

    /** The next frame of a kind from a worker, if it is here. */
    synchronized @Nullable Frame poll(int from, Frame.Kind kind) {
        return queue(from, kind).poll();
    }

    /**
     * Waits for the next frame of a kind from a worker.
     *
     * @param deadline in {@link System#nanoTime}
     * @throws Lost if it will not come, or did not come in time
     */
    synchronized Frame take(int from, Frame.Kind kind, long deadline) throws Lost, InterruptedException {
        while (true) {
            Frame frame = queue(from, kind).poll();
            if (frame != null) {
                return frame;
            }
            if (failure != null) {
                throw new Lost(failure);
            }
            if (gone[from]) {
                throw new Lost("rank " + from + " is gone");
            }
            long rest = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            if (rest <= 0) {
                throw new Lost("nothing came from rank " + from + " in time", true);
            }
            wait(rest);
        }
    }

    private Queue<Frame> queue(int from, Frame.Kind kind) {
        return queues.get(from).get(kind.ordinal());
    }

    /** Why a frame will not be had. */
    static final class Lost extends Exception {
        private static final long serialVersionUID = 1;

        private final boolean late;

        Lost(String reason) {
            this(reason, false);
        }

        Lost(String reason, boolean late) {
            super(reason);
            this.late = late;
        }

        /** Whether the deadline passed. */
        boolean isLate() {
            return late;
        }
    }
}
