// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.schema;

import dev.vireo.jobs.storage.Storage;
import java.io.IOException;
import java.util.List;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.schema.MessageType;

/**
 * What a file's footer says.
 *
 * @param columns of the file
 * @param groupRows rows of each row group, in order
 */
public record ParquetLayout(MessageType columns, List<Long> groupRows) {
    public ParquetLayout {
        groupRows = List.copyOf(groupRows);
    }

    /** Reads a footer. */
    public static ParquetLayout read(Storage storage, String path) throws IOException {
        try (ParquetFileReader reader = ParquetRows.file(storage, path)) {
            return new ParquetLayout(
                    reader.getFooter().getFileMetaData().getSchema(),
                    reader.getRowGroups().stream()
                            .map(BlockMetaData::getRowCount)
                            .toList());
        }
    }
}
