// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.workers;

import dev.vireo.jobs.storage.Storage;
import java.io.IOException;
import java.io.OutputStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.PositionOutputStream;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;

/** Writes one Parquet file. A file without rows is a file with a schema. Confined to one thread. */
public final class ParquetOutput implements AutoCloseable {
    private final MessageType schema;
    private final ParquetWriter<Group> writer;

    /** @param schema in Parquet's own words: {@code message NAME { required binary row_id (STRING); ... }} */
    public ParquetOutput(Storage storage, String file, String schema) throws IOException {
        this.schema = MessageTypeParser.parseMessageType(schema);
        this.writer = ExampleParquetWriter.builder(new StoredFile(storage, file))
                .withType(this.schema)
                .withConf(new Configuration(false))
                .withCompressionCodec(CompressionCodecName.ZSTD)
                .build();
    }

    /** A row to fill and then {@link #write}. */
    public Group newRow() {
        return new SimpleGroup(schema);
    }

    /** Appends a row. */
    public void write(Group row) throws IOException {
        writer.write(row);
    }

    /** Writes what is left; only then the file is whole. */
    @Override
    public void close() throws IOException {
        writer.close();
    }

    /** A file of {@link Storage} as Parquet wants to see it. */
    private static final class StoredFile implements OutputFile {
        private final Storage storage;
        private final String file;

        StoredFile(Storage storage, String file) {
            this.storage = storage;
            this.file = file;
        }

        @Override
        public PositionOutputStream create(long blockSizeHint) throws IOException {
            return new Counting(storage.write(file));
        }

        @Override
        public PositionOutputStream createOrOverwrite(long blockSizeHint) throws IOException {
            return create(blockSizeHint);
        }

        @Override
        public boolean supportsBlockSize() {
            return false;
        }

        @Override
        public long defaultBlockSize() {
            return 0;
        }

        @Override
        public String getPath() {
            return file;
        }
    }

    private static final class Counting extends PositionOutputStream {
        private final OutputStream out;
        private long position;

        Counting(OutputStream out) {
            this.out = out;
        }

        @Override
        public long getPos() {
            return position;
        }

        @Override
        public void write(int b) throws IOException {
            out.write(b);
            position++;
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            out.write(bytes, offset, length);
            position += length;
        }

        @Override
        public void flush() throws IOException {
            out.flush();
        }

        @Override
        public void close() throws IOException {
            out.close();
        }
    }
}
