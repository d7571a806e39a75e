// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.workers;

import dev.vireo.jobs.storage.ParquetTarget;
import dev.vireo.jobs.storage.Storage;
import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;

/** Writes one Parquet file. A file without rows is a file with a schema. Confined to one thread. */
public final class ParquetOutput implements AutoCloseable {
    private final MessageType schema;
    private final ParquetWriter<Group> writer;

    /** @param schema in Parquet's own words: {@code message NAME { required binary row_id (STRING); ... }} */
    public ParquetOutput(Storage storage, String file, String schema) throws IOException {
        this.schema = MessageTypeParser.parseMessageType(schema);
        this.writer = ExampleParquetWriter.builder(new ParquetTarget(storage, file))
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
}
