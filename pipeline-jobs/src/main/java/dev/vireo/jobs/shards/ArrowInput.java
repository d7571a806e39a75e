// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.shards;

import dev.vireo.jobs.storage.Storage;
import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.util.List;
import org.apache.arrow.compression.CommonsCompressionFactory;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.ipc.ArrowFileReader;
import org.apache.arrow.vector.ipc.message.ArrowBlock;

/** One Arrow file, read a record batch at a time in any order. */
final class ArrowInput implements AutoCloseable {
    private final String file;
    private final SeekableByteChannel channel;
    private final ArrowFileReader reader;
    private final List<ArrowBlock> blocks;

    ArrowInput(Storage storage, String file, BufferAllocator allocator) throws IOException {
        this.file = file;
        this.channel = storage.channel(file);
        this.reader = new ArrowFileReader(channel, allocator, CommonsCompressionFactory.INSTANCE);
        try {
            this.blocks = reader.getRecordBlocks();
        } catch (IOException | RuntimeException e) {
            close();
            throw new IOException("Cannot read " + file + ": it is not a complete Arrow file", e);
        }
    }

    int batches() {
        return blocks.size();
    }

    /** Loads a batch; its cells are valid until the next one is loaded. */
    Columns load(int batch) throws IOException {
        if (batch >= blocks.size() || !reader.loadRecordBatch(blocks.get(batch))) {
            throw new IOException("Cannot read " + file + ": it has " + blocks.size()
                    + " record batches, wanted number " + batch + " from 0");
        }
        return new Columns(reader.getVectorSchemaRoot());
    }

    /** Rows of the batch that was loaded last. */
    int loadedRows() throws IOException {
        return reader.getVectorSchemaRoot().getRowCount();
    }

    @Override
    public void close() throws IOException {
        reader.close();
        channel.close();
    }
}
