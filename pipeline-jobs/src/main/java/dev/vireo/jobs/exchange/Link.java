// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.exchange;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/**
 * The connection to one other worker. One thread may send while another receives; both block, and end with an {@link
 * IOException} once the channel is closed.
 */
final class Link implements AutoCloseable {
    private final SocketChannel channel;
    private final @Nullable Seal closing;
    private final @Nullable Seal opening;
    private final ByteBuffer sentHeader = header();
    private final ByteBuffer readHeader = header();
    private ByteBuffer sentRecords = ByteBuffer.allocate(0);
    private ByteBuffer readRecords = ByteBuffer.allocate(0);

    /**
     * @param channel in blocking mode
     * @param closing seals what is sent; null in the clear
     * @param opening opens what arrives; null in the clear
     */
    Link(SocketChannel channel, @Nullable Seal closing, @Nullable Seal opening) {
        this.channel = channel;
        this.closing = closing;
        this.opening = opening;
    }

    private static ByteBuffer header() {
        return ByteBuffer.allocateDirect(Frame.HEADER).order(ByteOrder.BIG_ENDIAN);
    }

    /** Sends the values between position and limit, which stay where they are. */
    void send(Frame.Kind kind, long call, int piece, ByteBuffer values) throws IOException {
        Frame.write(sentHeader, kind, call, piece, values.remaining());
        ByteBuffer body = values.duplicate();
        if (closing == null) {
            Frame.seal(sentHeader, body);
        } else {
            sentRecords = room(sentRecords, Seal.size(body.remaining()));
            closing.close(sentHeader, body, sentRecords);
            body = sentRecords.flip();
        }
        ByteBuffer[] frame = {sentHeader, body};
        while (sentHeader.hasRemaining() || body.hasRemaining()) {
            channel.write(frame);
        }
    }

    /**
     * Fills {@code into} between position and limit with the frame that comes next.
     *
     * @param unit bytes of one value, for messages
     * @throws IllegalStateException if another frame came, or a damaged one
     */
    void receive(Frame.Kind kind, long call, int piece, ByteBuffer into, int unit) throws IOException {
        int bytes = into.remaining();
        ByteBuffer values = into.duplicate();
        ByteBuffer body = values;
        if (opening != null) {
            readRecords = room(readRecords, Seal.size(bytes));
            body = readRecords;
        }
        ByteBuffer[] frame = {readHeader.clear(), body};
        while (readHeader.hasRemaining()) {
            read(frame);
        }
        // Before waiting for values of which there may be fewer than expected.
        Frame.require(readHeader, kind, call, piece, bytes, unit);
        while (body.hasRemaining()) {
            read(frame);
        }
        if (opening == null) {
            Frame.verify(readHeader, into);
        } else {
            opening.open(readHeader.flip(), body.flip(), values);
        }
    }

    private void read(ByteBuffer[] frame) throws IOException {
        if (channel.read(frame) < 0) {
            throw new EOFException("the connection ended");
        }
    }

    private static ByteBuffer room(ByteBuffer buffer, int bytes) {
        return buffer.capacity() < bytes
                ? ByteBuffer.allocateDirect(bytes)
                : buffer.clear().limit(bytes);
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            // Nobody can do anything about a socket that does not close.
        }
    }
}
