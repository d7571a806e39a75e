// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.exchange;

import io.netty.channel.Channel;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.network.client.RpcResponseCallback;
import org.apache.spark.network.client.TransportClient;
import org.apache.spark.network.server.OneForOneStreamManager;
import org.apache.spark.network.server.RpcHandler;
import org.apache.spark.network.server.StreamManager;

/** Puts the frames of authenticated connections into the inbox and notices when a connection ends. */
final class Receiver extends RpcHandler {
    private final long generation;
    private final int worldSize;
    private final Inbox inbox;
    private final StreamManager streams = new OneForOneStreamManager();
    private final Map<Channel, Integer> senders = new ConcurrentHashMap<>();

    Receiver(long generation, int worldSize, Inbox inbox) {
        this.generation = generation;
        this.worldSize = worldSize;
        this.inbox = inbox;
    }

    @Override
    public void receive(TransportClient client, ByteBuffer message) {
        Frame frame;
        try {
            frame = Frame.read(message);
        } catch (IllegalArgumentException e) {
            inbox.fail(String.valueOf(e.getMessage()));
            client.close();
            return;
        }
        Integer sender = senders.get(client.getChannel());
        boolean introduces = frame.kind() == Frame.Kind.HELLO && sender == null;
        boolean known = sender != null && sender == frame.from();
        if (frame.generation() != generation
                || frame.from() < 0
                || frame.from() >= worldSize
                || !(introduces || known)) {
            // A straggler; the gang does not notice it.
            client.close();
            return;
        }
        if (introduces) {
            senders.put(client.getChannel(), frame.from());
        }
        inbox.put(frame);
    }

    @Override
    public void receive(TransportClient client, ByteBuffer message, RpcResponseCallback callback) {
        callback.onFailure(new UnsupportedOperationException("Workers send one-way frames only"));
    }

    @Override
    public StreamManager getStreamManager() {
        return streams;
    }

    @Override
    public void channelInactive(TransportClient client) {
        Integer sender = senders.remove(client.getChannel());
        if (sender != null) {
            inbox.gone(sender);
        }
    }

    @Override
    public void exceptionCaught(Throwable cause, TransportClient client) {
        Integer sender = senders.get(client.getChannel());
        if (sender != null) {
            inbox.gone(sender);
        }
        client.close();
    }
}
