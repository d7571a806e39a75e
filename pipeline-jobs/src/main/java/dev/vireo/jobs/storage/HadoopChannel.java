// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.SeekableByteChannel;
import org.apache.hadoop.fs.FSDataInputStream;

/** A Hadoop stream as a channel that reads at any place. Owns the stream. */
final class HadoopChannel implements SeekableByteChannel {
    private static final int CHUNK_BYTES = 1 << 20;

    private final FSDataInputStream stream;
    private final long size;
    private byte[] chunk = new byte[0];
    private boolean open = true;

    HadoopChannel(FSDataInputStream stream, long size) {
        this.stream = stream;
        this.size = size;
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        int wanted = Math.min(target.remaining(), CHUNK_BYTES);
        if (wanted == 0) {
            return 0;
        }
        if (target.hasArray()) {
            int read = stream.read(target.array(), target.arrayOffset() + target.position(), wanted);
            if (read > 0) {
                target.position(target.position() + read);
            }
            return read;
        }
        if (chunk.length < wanted) {
            chunk = new byte[wanted];
        }
        int read = stream.read(chunk, 0, wanted);
        if (read > 0) {
            target.put(chunk, 0, read);
        }
        return read;
    }

    @Override
    public long position() throws IOException {
        return stream.getPos();
    }

    @Override
    public SeekableByteChannel position(long position) throws IOException {
        stream.seek(position);
        return this;
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public int write(ByteBuffer source) {
        throw new NonWritableChannelException();
    }

    @Override
    public SeekableByteChannel truncate(long length) {
        throw new NonWritableChannelException();
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    @Override
    public void close() throws IOException {
        open = false;
        stream.close();
    }
}
