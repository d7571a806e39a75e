// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.exchange;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;

/**
 * Workers that exchange all with all. Every member owns a chunk of the values: all others send it their pieces of it, it
 * adds them in the order of the ranks and sends the sum to all. Sending has a thread of its own; pieces are received in an
 * order that all members know, straight into the place where they are wanted, and only the network's own buffers stand
 * between two workers, so none runs far ahead. The smallest rank that others wait for can always go on: there is no circle.
 */
final class Team {
    /** Pieces that are sent before the sum of the first one is expected. */
    private static final int AHEAD = 8;

    /** What is done with the values. */
    enum Task {
        /** Each member gets the sum of its own chunk; all other values stay as they are. */
        REDUCE_SCATTER,
        /** Each member gets the chunks of all others. */
        ALL_GATHER,
        /** Both, in step. */
        ALL_REDUCE
    }

    /** Notes whom this worker waits for. */
    interface Waiting {
        void waitFor(int rank);
    }

    private final int[] ranks;
    private final int self;
    private final Links links;
    private final ExecutorService sender;
    private final Waiting waiting;
    private final ByteBuffer before = ByteBuffer.allocateDirect(Chunks.PIECE);
    private final ByteBuffer part = ByteBuffer.allocateDirect(Chunks.PIECE);

    /**
     * @param ranks of the members, rising
     * @param rank of this worker
     * @param sender runs one task at a time
     */
    Team(int[] ranks, int rank, Links links, ExecutorService sender, Waiting waiting) {
        this.ranks = ranks.clone();
        this.self = java.util.Arrays.binarySearch(ranks, rank);
        this.links = links;
        this.sender = sender;
        this.waiting = waiting;
    }

    int size() {
        return ranks.length;
    }

    /** Runs a task together with all members, who call this with the same arguments. */
    void run(Task task, long call, ByteBuffer values, Chunks chunks, Unit unit)
            throws IOException, InterruptedException, ExecutionException {
        Run run = new Run(task, call, values, chunks, unit);
        Future<?> sent = sender.submit(() -> {
            run.send();
            return null;
        });
        try {
            run.receive();
            sent.get();
        } finally {
            run.stop();
        }
    }

    /** One task. */
    private final class Run {
        private final Task task;
        private final long call;
        private final ByteBuffer values;
        private final Chunks chunks;
        private final Unit unit;
        private final int ahead;
        private final int rounds;
        private int summed;
        private boolean stopped;

        Run(Task task, long call, ByteBuffer values, Chunks chunks, Unit unit) {
            this.task = task;
            this.call = call;
            this.values = values;
            this.chunks = chunks;
            this.unit = unit;
            this.ahead = task == Task.ALL_REDUCE ? AHEAD : 0;
            this.rounds = chunks.mostPieces() + ahead;
            this.summed = task == Task.ALL_GATHER ? Integer.MAX_VALUE : 0;
        }

        void send() throws IOException, InterruptedException {
            for (int round = 0; round < rounds; round++) {
                for (int i = 1; task != Task.ALL_GATHER && i < ranks.length; i++) {
                    int owner = (self + i) % ranks.length;
                    if (round < chunks.pieces(owner)) {
                        send(owner, Frame.Kind.PART, owner, round);
                    }
                }
                int piece = round - ahead;
                if (task != Task.REDUCE_SCATTER && piece >= 0 && piece < chunks.pieces(self)) {
                    awaitSum(piece);
                    for (int i = 1; i < ranks.length; i++) {
                        send((self + i) % ranks.length, Frame.Kind.SUM, self, piece);
                    }
                }
            }
        }

        private void send(int to, Frame.Kind kind, int owner, int piece) throws IOException {
            try {
                links.to(ranks[to]).send(kind, call, piece, chunks.piece(values, owner, piece));
            } catch (IOException e) {
                links.fail("rank " + ranks[to] + " is gone: " + e.getMessage());
                throw e;
            }
        }

        void receive() throws IOException {
            for (int round = 0; round < rounds; round++) {
                if (task != Task.ALL_GATHER && round < chunks.pieces(self)) {
                    sum(round);
                    summed(round + 1);
                }
                int piece = round - ahead;
                for (int owner = 0; task != Task.REDUCE_SCATTER && owner < ranks.length; owner++) {
                    if (owner != self && piece >= 0 && piece < chunks.pieces(owner)) {
                        receive(owner, Frame.Kind.SUM, piece, chunks.piece(values, owner, piece));
                    }
                }
            }
        }

        /** Adds a piece of this member's chunk, in the order of the ranks. */
        private void sum(int piece) throws IOException {
            ByteBuffer own = chunks.piece(values, self, piece);
            ByteBuffer lower = before.slice(0, own.remaining());
            ByteBuffer other = part.slice(0, own.remaining());
            for (int from = 0; from < ranks.length; from++) {
                if (from == self) {
                    if (self > 0) {
                        unit.add(own, lower);
                    }
                } else {
                    receive(from, Frame.Kind.PART, piece, from == 0 ? lower : other);
                    if (from > 0) {
                        unit.add(from < self ? lower : own, other);
                    }
                }
            }
        }

        private void receive(int from, Frame.Kind kind, int piece, ByteBuffer into) throws IOException {
            waiting.waitFor(ranks[from]);
            try {
                links.to(ranks[from]).receive(kind, call, piece, into, unit.bytes());
            } catch (IOException e) {
                links.fail("rank " + ranks[from] + " is gone: " + e.getMessage());
                throw e;
            } catch (IllegalStateException e) {
                throw new IllegalStateException("rank " + ranks[from] + ": " + e.getMessage(), e);
            }
        }

        private synchronized void awaitSum(int piece) throws IOException, InterruptedException {
            while (summed <= piece) {
                if (stopped) {
                    throw new IOException("the sum did not complete");
                }
                wait();
            }
        }

        private synchronized void summed(int pieces) {
            summed = pieces;
            notifyAll();
        }

        /** Nothing more is summed: what is not, is not sent. */
        synchronized void stop() {
            stopped = true;
            notifyAll();
        }
    }
}
