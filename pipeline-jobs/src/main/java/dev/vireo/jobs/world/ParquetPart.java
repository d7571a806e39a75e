// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.world;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.PositionOutputStream;

/** Encodes rows as one Parquet file in memory, to be published whole. */
final class ParquetPart {
    private static final String FEATURES = "huggingface";

    private ParquetPart() {}

    /** The file's bytes; equal rows give equal bytes. */
    static byte[] encode(Columns columns, List<Group> rows) throws IOException {
        Memory memory = new Memory();
        try (ParquetWriter<Group> writer = ExampleParquetWriter.builder(memory)
                .withType(columns.type())
                .withCompressionCodec(CompressionCodecName.SNAPPY)
                .withExtraMetaData(Map.of(FEATURES, columns.features()))
                .build()) {
            for (Group row : rows) {
                writer.write(row);
            }
        }
        return memory.bytes.toByteArray();
    }

    /** A file that is an array. */
    private static final class Memory implements OutputFile {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        @Override
        public PositionOutputStream create(long blockSizeHint) {
            return new PositionOutputStream() {
                @Override
                public long getPos() {
                    return bytes.size();
                }

                @Override
                public void write(int value) {
                    bytes.write(value);
                }

                @Override
                public void write(byte[] values, int offset, int length) {
                    bytes.write(values, offset, length);
                }
            };
        }

        @Override
        public PositionOutputStream createOrOverwrite(long blockSizeHint) {
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
    }
}
