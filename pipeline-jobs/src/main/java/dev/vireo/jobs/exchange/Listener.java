// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.exchange;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * The door of a worker: lets those in that know the gang's secret. One thread serves all who knock, none of whom can make
 * it wait: a stranger holds a place for {@link #PATIENCE_MILLIS} at most, and where there are too many the one that came
 * first goes. A worker that is turned away by a crowd knocks again.
 */
final class Listener implements AutoCloseable {
    private static final long PATIENCE_MILLIS = 5_000;
    /** Strangers at the door at the same time, beside as many as there are workers. */
    private static final int CROWD = 64;

    /** Takes those who are let in. */
    interface Guests {
        /** The side that called has proved to be {@code rank}; false if it is not expected, so that it goes. */
        boolean admit(int rank, SocketChannel channel, Handshake handshake) throws IOException;
    }

    private final ServerSocketChannel server;
    private final Selector selector;
    private final Secret secret;
    private final Gang gang;
    private final int rank;
    private final Guests guests;
    private final Deque<Stranger> strangers = new ArrayDeque<>();

    Listener(Gang gang, int rank, Secret secret, String host, Guests guests) throws IOException {
        this.gang = gang;
        this.rank = rank;
        this.secret = secret;
        this.guests = guests;
        selector = Selector.open();
        server = ServerSocketChannel.open();
        server.bind(new InetSocketAddress(host, 0), CROWD + gang.worldSize());
        server.configureBlocking(false);
        server.register(selector, SelectionKey.OP_ACCEPT);
        Thread thread = new Thread(this::serve, "vireo-door-" + rank);
        thread.setDaemon(true);
        thread.start();
    }

    int port() {
        return server.socket().getLocalPort();
    }

    private void serve() {
        try {
            while (selector.isOpen()) {
                selector.select(PATIENCE_MILLIS / 4);
                List<SelectionKey> ready = List.copyOf(selector.selectedKeys());
                selector.selectedKeys().clear();
                ready.forEach(this::serve);
                dismissTheSlow();
            }
        } catch (IOException | ClosedSelectorException e) {
            // Closed: everybody is in, or nobody is expected any more.
        } finally {
            strangers.forEach(Stranger::leave);
        }
    }

    private void serve(SelectionKey key) {
        if (key.isValid() && key.isAcceptable()) {
            accept();
        } else if (key.isValid() && key.attachment() instanceof Stranger stranger) {
            listenTo(stranger, key);
        }
    }

    private void accept() {
        try {
            SocketChannel channel = server.accept();
            if (channel != null) {
                Stranger stranger = new Stranger(channel, Handshake.listening(secret, gang.generation()));
                strangers.add(stranger);
                stranger.greet(selector);
                if (strangers.size() > CROWD + gang.worldSize()) {
                    strangers.remove().leave();
                }
            }
        } catch (IOException e) {
            // It went away while it knocked.
        }
    }

    private void listenTo(Stranger stranger, SelectionKey key) {
        boolean admitted = false;
        try {
            if (stranger.channel.read(stranger.answer) >= 0 && stranger.answer.hasRemaining()) {
                return;
            }
            strangers.remove(stranger);
            if (!stranger.answer.hasRemaining()) {
                key.cancel();
                selector.selectNow();
                stranger.channel.configureBlocking(true);
                admitted = admit(stranger);
            }
        } catch (IOException e) {
            strangers.remove(stranger);
        }
        if (!admitted) {
            stranger.leave();
        }
    }

    private boolean admit(Stranger stranger) throws IOException {
        int other = stranger.handshake.accept(stranger.answer.flip(), rank);
        if (other < 0 || other >= gang.worldSize() || other == rank) {
            return false;
        }
        return guests.admit(other, stranger.channel, stranger.handshake);
    }

    private void dismissTheSlow() {
        while (!strangers.isEmpty() && System.nanoTime() - strangers.element().since > PATIENCE_MILLIS * 1_000_000) {
            strangers.remove().leave();
        }
    }

    @Override
    public void close() {
        try {
            server.close();
            selector.close();
        } catch (IOException e) {
            // Nobody can do anything about a socket that does not close.
        }
    }

    /** Somebody who has not proved anything yet. */
    private static final class Stranger {
        private final SocketChannel channel;
        private final Handshake handshake;
        private final ByteBuffer answer = ByteBuffer.allocate(Handshake.ANSWER);
        private final long since = System.nanoTime();

        Stranger(SocketChannel channel, Handshake handshake) {
            this.channel = channel;
            this.handshake = handshake;
        }

        /** A fresh socket takes the few bytes at once, or is of no use. */
        void greet(Selector selector) throws IOException {
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.register(selector, SelectionKey.OP_READ, this);
            channel.write(handshake.greeting());
        }

        void leave() {
            try {
                channel.close();
            } catch (IOException e) {
                // It is gone either way.
            }
        }
    }
}
