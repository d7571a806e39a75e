// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.shards;

import dev.vireo.jobs.storage.Storage;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.arrow.compression.CommonsCompressionFactory;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.compression.CompressionUtil;
import org.apache.arrow.vector.ipc.ArrowFileWriter;
import org.apache.arrow.vector.ipc.message.IpcOption;
import org.apache.arrow.vector.types.pojo.Schema;

/** One Arrow file while it is written under a temporary name, buffers compressed with Zstandard. */
final class ArrowOutput implements AutoCloseable {
    /** Faster levels cost more bytes than they save time: resizing takes several times as long as this one. */
    static final int ZSTD_LEVEL = 1;

    private final Storage storage;
    private final String directory;
    private final String name;
    private final String temporary;
    private final MessageDigest digest = Sha256.start();
    private final OutputStream stream;
    private final VectorSchemaRoot root;
    private final ArrowFileWriter writer;
    private int rows;

    /**
     * @param directory of the manifest
     * @param name final name, relative to the directory
     */
    ArrowOutput(Storage storage, String directory, String name, Schema schema, BufferAllocator allocator)
            throws IOException {
        this.storage = storage;
        this.directory = directory;
        this.name = name;
        this.temporary = Storage.child(directory, ShardWriter.UNFINISHED + "/" + UUID.randomUUID() + ".tmp");
        this.stream = new DigestOutputStream(storage.write(temporary), digest);
        this.root = VectorSchemaRoot.create(schema, allocator);
        this.writer = new ArrowFileWriter(
                root,
                null,
                Channels.newChannel(stream),
                Map.of(),
                IpcOption.DEFAULT,
                CommonsCompressionFactory.INSTANCE,
                CompressionUtil.CodecType.ZSTD,
                Optional.of(ZSTD_LEVEL));
        writer.start();
    }

    /** The cells of the batch that is being filled. */
    Columns columns() {
        return new Columns(root);
    }

    /** The row of the batch that comes next. */
    int nextRow() {
        return rows;
    }

    /** Ends a row; after {@code batch} rows the batch is written. */
    void endRow(int batch) throws IOException {
        rows++;
        if (rows == batch) {
            flush();
        }
    }

    private void flush() throws IOException {
        if (rows > 0) {
            root.setRowCount(rows);
            writer.writeBatch();
            root.clear();
            rows = 0;
        }
    }

    /** Bytes of the batches that are written. */
    long bytesWritten() {
        return writer.bytesWritten();
    }

    /** Completes the file and gives it its final name. */
    ShardEntry.StoredFile publish() throws IOException {
        flush();
        writer.end();
        long bytes = writer.bytesWritten();
        stream.close();
        String target = Storage.child(directory, name);
        storage.move(temporary, target);
        return new ShardEntry.StoredFile(name, bytes, HexFormat.of().formatHex(digest.digest()));
    }

    /** Frees the memory; a file that was not published is deleted. */
    @Override
    public void close() throws IOException {
        root.close();
        try {
            stream.close();
        } finally {
            storage.delete(temporary);
        }
    }
}
