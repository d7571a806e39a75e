// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.prepare;

import dev.vireo.jobs.shards.ShardWriter;
import dev.vireo.jobs.storage.ParquetTarget;
import dev.vireo.jobs.storage.Storage;
import java.io.IOException;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;

/** The rejected rows of one shard, as Parquet. It has its name once it is complete. */
final class RejectsFile implements AutoCloseable {
    private static final MessageType COLUMNS = MessageTypeParser.parseMessageType(
            "message rejects { required binary row_id (STRING); required binary reason (STRING); }");

    private final Storage storage;
    private final String file;
    private final String temporary;
    private final ParquetWriter<Group> writer;
    private final TreeMap<String, Long> kinds = new TreeMap<>();
    private boolean open = true;

    /**
     * @param output directory of the manifest
     * @param name of the file, without folder
     */
    RejectsFile(Storage storage, String output, String name) throws IOException {
        this.storage = storage;
        this.file = Storage.child(output, "rejects/" + name);
        this.temporary = Storage.child(output, ShardWriter.UNFINISHED + "/" + UUID.randomUUID() + ".tmp");
        this.writer = ExampleParquetWriter.builder(new ParquetTarget(storage, temporary))
                .withConf(new PlainParquetConfiguration())
                .withType(COLUMNS)
                .withCompressionCodec(CompressionCodecName.ZSTD)
                .build();
    }

    /** Appends a row; the kind of its fault is what stands before the reason's first colon. */
    void add(String rowId, String reason) throws IOException {
        Group row = new SimpleGroup(COLUMNS);
        row.add("row_id", rowId);
        row.add("reason", reason);
        writer.write(row);
        kinds.merge(reason.replaceFirst("(?s):.*", ""), 1L, Long::sum);
    }

    /** Rows by the kind of their fault. */
    TreeMap<String, Long> kinds() {
        return kinds;
    }

    void publish() throws IOException {
        open = false;
        writer.close();
        storage.move(temporary, file);
    }

    @Override
    public void close() throws IOException {
        if (open) {
            try (writer) {
                open = false;
            } finally {
                storage.delete(temporary);
            }
        }
    }
}
