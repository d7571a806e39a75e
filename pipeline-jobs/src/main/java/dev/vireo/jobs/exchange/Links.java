// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.exchange;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A worker's connections to those it exchanges with, one each: it calls the lower ranks and is called by the higher ones.
 * Once anything fails, everything is closed and the first reason kept, so that no thread goes on waiting.
 */
final class Links implements AutoCloseable {
    private static final long RETRY_MILLIS = 50;

    private final Gang gang;
    private final int rank;
    private final Secret secret;
    private final boolean encrypted;
    private final Set<Integer> awaited;
    private final Map<Integer, Link> links = new TreeMap<>();
    private final Listener listener;
    private @Nullable String failure;
    private boolean closed;
    private boolean late;

    private Links(Gang gang, int rank, Collection<Integer> others, Transport transport, String key) throws IOException {
        this.gang = gang;
        this.rank = rank;
        this.secret = new Secret(key);
        this.encrypted = transport.encrypted();
        this.awaited = new TreeSet<>(others);
        this.listener = new Listener(gang, rank, secret, transport.host(), this::admit);
    }

    /**
     * Listens on a free port; nothing is connected yet.
     *
     * @param others the ranks that this one exchanges with
     */
    static Links listen(Gang gang, int rank, Collection<Integer> others, Transport transport, String key)
            throws IOException {
        return new Links(gang, rank, others, transport, key);
    }

    int port() {
        return listener.port();
    }

    /** Calls the lower ranks, waits for the higher ones, then shuts the door. */
    void connect(Map<Integer, Peer> peers) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + gang.joinDeadline().toNanos();
        for (int other : List.copyOf(awaited)) {
            if (other < rank) {
                call(other, java.util.Objects.requireNonNull(peers.get(other)), deadline);
            }
        }
        synchronized (this) {
            while (links.size() < awaited.size()) {
                long rest = (deadline - System.nanoTime()) / 1_000_000;
                if (rest <= 0) {
                    Set<Integer> missing = new TreeSet<>(awaited);
                    missing.removeAll(links.keySet());
                    throw new EOFException(
                            "no connection with ranks " + missing + " within " + gang.joinMillis() + " ms");
                }
                requireOpen();
                wait(rest);
            }
        }
        listener.close();
    }

    /** Knocks until it is let in: another worker may be surrounded by strangers, or slow. */
    private void call(int other, Peer peer, long deadline) throws IOException, InterruptedException {
        while (true) {
            try {
                callOnce(other, peer, deadline);
                return;
            } catch (IOException e) {
                requireOpen();
                if (System.nanoTime() + RETRY_MILLIS * 1_000_000 > deadline) {
                    throw new IOException(
                            "no connection with rank " + other + " at " + peer + ": " + e.getMessage(), e);
                }
                Thread.sleep(RETRY_MILLIS);
            }
        }
    }

    private void callOnce(int other, Peer peer, long deadline) throws IOException {
        int millis = (int) Math.max(1, Math.min(Integer.MAX_VALUE, (deadline - System.nanoTime()) / 1_000_000));
        SocketChannel channel = SocketChannel.open();
        boolean connected = false;
        try {
            channel.socket().connect(new InetSocketAddress(peer.host(), peer.port()), millis);
            channel.socket().setSoTimeout(millis);
            Handshake handshake = Handshake.calling(secret, gang.generation(), read(channel, Handshake.GREETING));
            if (handshake == null) {
                throw new IOException("somebody else listens there");
            }
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.write(handshake.answer(rank, other));
            if (!handshake.isWelcome(read(channel, Handshake.WELCOME))) {
                throw new IOException("it does not know the gang's secret");
            }
            channel.socket().setSoTimeout(0);
            add(other, link(channel, handshake, true));
            connected = true;
        } finally {
            if (!connected) {
                channel.close();
            }
        }
    }

    private static ByteBuffer read(SocketChannel channel, int bytes) throws IOException {
        byte[] message = channel.socket().getInputStream().readNBytes(bytes);
        if (message.length < bytes) {
            throw new EOFException("refused");
        }
        return ByteBuffer.wrap(message);
    }

    private boolean admit(int other, SocketChannel channel, Handshake handshake) throws IOException {
        synchronized (this) {
            if (closed || other < rank || !awaited.contains(other) || links.containsKey(other)) {
                return false;
            }
        }
        channel.write(handshake.welcome());
        return add(other, link(channel, handshake, false));
    }

    private Link link(SocketChannel channel, Handshake handshake, boolean caller) {
        return encrypted
                ? new Link(channel, Seal.closing(handshake.key(caller)), Seal.opening(handshake.key(!caller)))
                : new Link(channel, null, null);
    }

    private synchronized boolean add(int other, Link link) {
        if (closed || links.containsKey(other)) {
            link.close();
            return false;
        }
        links.put(other, link);
        notifyAll();
        return true;
    }

    /** The connection to a rank. */
    synchronized Link to(int other) throws IOException {
        requireOpen();
        Link link = links.get(other);
        if (link == null) {
            throw new IllegalStateException("Not connected to rank " + other);
        }
        return link;
    }

    private synchronized void requireOpen() throws IOException {
        if (closed) {
            throw new IOException(failure == null ? "the worker left" : failure);
        }
    }

    /** Closes everything; the first reason counts. */
    synchronized void fail(String reason) {
        if (!closed) {
            failure = reason;
            close();
        }
    }

    /** The same because a deadline passed. */
    synchronized void expire(String reason) {
        late |= !closed;
        fail(reason);
    }

    /** Whether everything was closed because a deadline passed. */
    synchronized boolean isLate() {
        return late;
    }

    /** Why everything was closed, if it was not asked for. */
    synchronized @Nullable String failure() {
        return failure;
    }

    @Override
    public synchronized void close() {
        closed = true;
        links.values().forEach(Link::close);
        listener.close();
        notifyAll();
    }
}
