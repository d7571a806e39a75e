// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.exchange;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import java.io.IOException;
import java.util.List;
import org.apache.spark.network.TransportContext;
import org.apache.spark.network.buffer.NettyManagedBuffer;
import org.apache.spark.network.client.TransportClient;
import org.apache.spark.network.client.TransportClientFactory;
import org.apache.spark.network.protocol.OneWayMessage;
import org.apache.spark.network.server.TransportServer;
import org.jspecify.annotations.Nullable;

/** A worker's socket and its connections to all others. Frames to one worker arrive in the order of sending. */
final class Links implements AutoCloseable {
    private final Gang gang;
    private final int rank;
    private final Inbox inbox;
    private final TransportContext context;
    private final TransportServer server;
    private final TransportClientFactory factory;
    private final @Nullable TransportClient[] clients;
    private final @Nullable ChannelFuture[] last;

    private Links(Gang gang, int rank, Inbox inbox, Transport transport, String key) {
        this.gang = gang;
        this.rank = rank;
        this.inbox = inbox;
        context = transport.context(new Receiver(gang.generation(), gang.worldSize(), inbox));
        factory = context.createClientFactory(transport.clientSide(gang.id(), key));
        server = context.createServer(transport.host(), 0, transport.serverSide(gang.id(), key));
        clients = new TransportClient[gang.worldSize()];
        last = new ChannelFuture[gang.worldSize()];
    }

    /** Listens on a free port; nothing is connected yet. */
    static Links listen(Gang gang, int rank, Inbox inbox, Transport transport, String key) {
        return new Links(gang, rank, inbox, transport, key);
    }

    int port() {
        return server.getPort();
    }

    /** Connects to all others and says who this is. */
    void connect(List<Peer> peers) throws IOException, InterruptedException {
        for (int other = 0; other < clients.length; other++) {
            if (other != rank) {
                Peer peer = peers.get(other);
                clients[other] = factory.createUnmanagedClient(peer.host(), peer.port());
                send(other, Frame.hello(gang.generation(), rank));
            }
        }
    }

    /** Sends a frame, which this releases. */
    void send(int to, ByteBuf frame) {
        TransportClient client = clients[to];
        if (client == null) {
            frame.release();
            throw new IllegalStateException("Not connected to rank " + to);
        }
        Channel channel = client.getChannel();
        ChannelFuture written = channel.writeAndFlush(new OneWayMessage(new NettyManagedBuffer(frame)));
        last[to] = written;
        written.addListener(done -> {
            if (!done.isSuccess()) {
                inbox.fail("cannot send to rank " + to + ": " + done.cause());
                if (frame.refCnt() > 0) {
                    frame.release(frame.refCnt());
                }
            }
        });
    }

    /** Waits until everything is handed to the network. */
    void flush(long millis) {
        for (ChannelFuture written : last) {
            if (written != null) {
                written.awaitUninterruptibly(millis);
            }
        }
    }

    @Override
    public void close() {
        for (TransportClient client : clients) {
            if (client != null) {
                client.close();
            }
        }
        factory.close();
        server.close();
        context.close();
    }
}
