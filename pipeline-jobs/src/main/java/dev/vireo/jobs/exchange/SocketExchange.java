// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.exchange;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Workers in several processes. A sum of float32 is a direct reduce-scatter and all-gather: rank r receives the r-th
 * chunk of all others, sums it in the order of the ranks and sends the sum to all. Both are cut into pieces that
 * overlap, and no worker runs more than {@link #WINDOW} pieces ahead of the slowest, which bounds the memory.
 */
final class SocketExchange implements WorkerExchange {
    private static final int WINDOW = 8;
    private static final long FLUSH_MILLIS = 10_000;

    private final Gang gang;
    private final int rank;
    private final Inbox inbox;
    private final Links links;
    private final int[] arrived;
    private long call;
    private long step = -1;
    private boolean inStep;

    private SocketExchange(Gang gang, int rank, Inbox inbox, Links links) {
        this.gang = gang;
        this.rank = rank;
        this.inbox = inbox;
        this.links = links;
        this.arrived = new int[gang.worldSize()];
    }

    /**
     * Takes a worker's place in a gang.
     *
     * @param driver brings the workers together
     * @throws ExchangeFailedException if the driver refuses this worker or the others do not appear in time
     */
    static WorkerExchange join(Gang gang, int rank, Transport transport, RendezvousClient driver) {
        Inbox inbox = new Inbox(gang.worldSize());
        String key = driver.enter(gang, rank, Place.ofProcess());
        Links links = Links.listen(gang, rank, inbox, transport, key);
        SocketExchange exchange = new SocketExchange(gang, rank, inbox, links);
        try {
            List<Peer> peers = driver.join(gang, rank, new Peer(transport.host(), links.port()));
            links.connect(peers);
            long deadline = System.nanoTime() + gang.joinDeadline().toNanos();
            for (int other = 0; other < gang.worldSize(); other++) {
                if (other != rank) {
                    inbox.take(other, Frame.Kind.HELLO, deadline);
                }
            }
            return exchange;
        } catch (ExchangeFailedException e) {
            links.close();
            throw e;
        } catch (Inbox.Lost | IOException | RuntimeException | InterruptedException e) {
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
    public void sum(float[] values) {
        call++;
        java.util.Arrays.fill(arrived, 0);
        long deadline = System.nanoTime() + gang.callDeadline(inStep).toNanos();
        Chunks chunks = new Chunks(values.length, gang.worldSize());
        int most = chunks.mostPieces();
        try {
            for (int piece = 0; piece < most + WINDOW; piece++) {
                sendParts(values, chunks, piece);
                reduce(values, chunks, piece - WINDOW, deadline);
                gatherArrived(values, chunks);
            }
            gatherRest(values, chunks, deadline);
        } catch (Inbox.Lost | RuntimeException | InterruptedException e) {
            throw failed(e);
        }
    }

    private void sendParts(float[] values, Chunks chunks, int piece) {
        for (int owner = 0; owner < gang.worldSize(); owner++) {
            if (owner != rank && piece < chunks.pieces(owner)) {
                send(
                        owner,
                        Frame.Kind.PART,
                        values,
                        piece,
                        chunks.pieceStart(owner, piece),
                        chunks.pieceLength(owner, piece));
            }
        }
    }

    private void send(int to, Frame.Kind kind, float[] values, int piece, int start, int count) {
        links.send(to, Frame.floats(gang.generation(), rank, kind, call, piece, values, start, count));
    }

    /** Sums one piece of this rank's chunk in the order of the ranks and sends the sum to all. */
    private void reduce(float[] values, Chunks chunks, int piece, long deadline)
            throws Inbox.Lost, InterruptedException {
        if (piece < 0 || piece >= chunks.pieces(rank)) {
            return;
        }
        int start = chunks.pieceStart(rank, piece);
        int count = chunks.pieceLength(rank, piece);
        float @Nullable [] before = null;
        for (int from = 0; from < gang.worldSize(); from++) {
            if (from == rank) {
                if (before != null) {
                    Sums.add(before, 0, values, start, count);
                    System.arraycopy(before, 0, values, start, count);
                    before = null;
                }
                continue;
            }
            float[] part = require(inbox.take(from, Frame.Kind.PART, deadline), piece, count)
                    .floats();
            if (from > rank) {
                Sums.add(values, start, part, 0, count);
            } else if (before == null) {
                before = part;
            } else {
                Sums.add(before, 0, part, 0, count);
            }
        }
        for (int to = 0; to < gang.worldSize(); to++) {
            if (to != rank) {
                send(to, Frame.Kind.SUM, values, piece, start, count);
            }
        }
    }

    private void gatherArrived(float[] values, Chunks chunks) {
        for (int owner = 0; owner < gang.worldSize(); owner++) {
            while (owner != rank && arrived[owner] < chunks.pieces(owner)) {
                Frame frame = inbox.poll(owner, Frame.Kind.SUM);
                if (frame == null) {
                    break;
                }
                place(frame, owner, values, chunks);
            }
        }
    }

    private void gatherRest(float[] values, Chunks chunks, long deadline) throws Inbox.Lost, InterruptedException {
        for (int owner = 0; owner < gang.worldSize(); owner++) {
            while (owner != rank && arrived[owner] < chunks.pieces(owner)) {
                place(inbox.take(owner, Frame.Kind.SUM, deadline), owner, values, chunks);
            }
        }
    }

    private void place(Frame frame, int owner, float[] values, Chunks chunks) {
        int piece = arrived[owner]++;
        int count = chunks.pieceLength(owner, piece);
        System.arraycopy(require(frame, piece, count).floats(), 0, values, chunks.pieceStart(owner, piece), count);
    }

    @Override
    public void sum(double[] values) {
        call++;
        long deadline = System.nanoTime() + gang.callDeadline(inStep).toNanos();
        try {
            double[][] all = new double[gang.worldSize()][];
            all[rank] = values.clone();
            for (int to = 0; to < all.length; to++) {
                if (to != rank) {
                    links.send(to, Frame.doubles(gang.generation(), rank, call, values));
                }
            }
            for (int from = 0; from < all.length; from++) {
                if (from != rank) {
                    Frame frame = inbox.take(from, Frame.Kind.VALUES, deadline);
                    all[from] = require(frame, 0, values.length).doubles();
                }
            }
            Sums.inOrder(all, values);
        } catch (Inbox.Lost | RuntimeException | InterruptedException e) {
            throw failed(e);
        }
    }

    /** Checks that a frame is the one that comes next: workers that call in another order differ here. */
    private Frame require(Frame frame, int piece, int count) {
        int length = frame.kind() == Frame.Kind.VALUES ? frame.doubles().length : frame.floats().length;
        if (frame.call() != call || frame.piece() != piece || length != count) {
            throw new IllegalStateException("rank " + frame.from() + " sent piece " + frame.piece() + " of call "
                    + frame.call() + " with " + length + " values, expected piece " + piece + " of call " + call
                    + " with " + count + " values");
        }
        return frame;
    }

    private ExchangeFailedException failed(Exception cause) {
        links.close();
        if (cause instanceof InterruptedException) {
            Thread.currentThread().interrupt();
            return new ExchangeFailedException(rank, step, "interrupted", cause);
        }
        String reason = String.valueOf(cause.getMessage());
        return cause instanceof Inbox.Lost lost && lost.isLate()
                ? ExchangeFailedException.late(rank, step, reason, cause)
                : new ExchangeFailedException(rank, step, reason, cause);
    }

    @Override
    public void close() {
        links.flush(FLUSH_MILLIS);
        links.close();
    }

    @Override
    public void abort() {
        links.close();
    }
}
