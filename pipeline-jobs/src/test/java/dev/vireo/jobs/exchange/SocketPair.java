// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.exchange;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.atomic.AtomicLong;

/** Two ends of a line that runs through a wire which can flip a bit. */
final class SocketPair implements AutoCloseable {
    private final SocketChannel near;
    private final SocketChannel far;
    private final AtomicLong flip = new AtomicLong(-1);

    SocketPair() throws IOException {
        InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        try (ServerSocketChannel in = ServerSocketChannel.open().bind(any);
                ServerSocketChannel out = ServerSocketChannel.open().bind(any)) {
            near = SocketChannel.open(in.getLocalAddress());
            SocketChannel from = in.accept();
            SocketChannel to = SocketChannel.open(out.getLocalAddress());
            far = out.accept();
            Thread wire = new Thread(() -> carry(from, to));
            wire.setDaemon(true);
            wire.start();
        }
    }

    SocketChannel near() {
        return near;
    }

    SocketChannel far() {
        return far;
    }

    /** Flips a bit of the byte that comes after so many others. */
    void damage(long bytes) {
        flip.set(bytes);
    }

    private void carry(SocketChannel from, SocketChannel to) {
        ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
        try (from;
                to) {
            while (from.read(buffer.clear()) >= 0) {
                buffer.flip();
                long at = flip.get();
                if (at >= 0 && at < buffer.remaining()) {
                    buffer.put((int) at, (byte) (buffer.get((int) at) ^ 1));
                    flip.set(-1);
                } else if (at >= 0) {
                    flip.addAndGet(-buffer.remaining());
                }
                while (buffer.hasRemaining()) {
                    to.write(buffer);
                }
            }
        } catch (IOException e) {
            // An end was closed.
        }
    }

    @Override
    public void close() throws IOException {
        near.close();
        far.close();
    }
}
