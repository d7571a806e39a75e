// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.schema;

import dev.vireo.jobs.config.InvalidSettingsException;
import dev.vireo.jobs.config.PrepareSettings;
import dev.vireo.jobs.storage.ParquetSource;
import dev.vireo.jobs.storage.Storage;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import org.apache.parquet.HadoopReadOptions;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.convert.GroupRecordConverter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.MessageColumnIO;
import org.apache.parquet.io.RecordReader;
import org.apache.parquet.schema.MessageType;
import org.jspecify.annotations.Nullable;

/**
 * Reads a range of a file's rows in their order. It holds the row group that it is in, compressed. Confined to one thread.
 */
public final class ParquetRows implements AutoCloseable {
    private final RecordSchema schema;
    private final ParquetFileReader file;
    private final MessageType columns;
    private final MessageColumnIO assembly;
    private @Nullable RecordReader<Group> rows;
    private long leftInGroup;
    private int group;
    private long left;
    private @Nullable Record current;

    private ParquetRows(
            Storage storage, String path, RecordSchema schema, Collection<String> wanted, long first, long count)
            throws IOException {
        this.schema = schema;
        this.file = file(storage, path);
        MessageType all = file.getFooter().getFileMetaData().getSchema();
        this.columns = new MessageType(
                all.getName(),
                all.getFields().stream()
                        .filter(field -> wanted.contains(field.getName()))
                        .toList());
        file.setRequestedSchema(columns);
        this.assembly = new ColumnIOFactory().getColumnIO(columns, all);
        this.left = count;
        skip(first);
    }

    /**
     * Opens a range of rows.
     *
     * @param schema one that the file has
     * @param first number of the first row, from 0
     * @param count number of rows
     */
    public static ParquetRows open(Storage storage, String path, PrepareSettings.Schema schema, long first, long count)
            throws IOException {
        RecordSchema records = InputSchema.records(schema);
        return new ParquetRows(storage, path, records, InputSchema.columns(records), first, count);
    }

    /** As {@link #open(Storage, String, PrepareSettings.Schema, long, long)}, but reads the records' ids and nothing else. */
    public static ParquetRows openIds(
            Storage storage, String path, PrepareSettings.Schema schema, long first, long count) throws IOException {
        RecordSchema records = InputSchema.records(schema);
        return new ParquetRows(storage, path, records, records.idColumns(), first, count);
    }

    /** Whether records of a file with these columns may have ids of their own. */
    public static boolean hasIds(PrepareSettings.Schema schema, MessageType columns) {
        return InputSchema.records(schema).idColumns().stream().anyMatch(columns::containsField);
    }

    /** Opens a file; the caller closes it. */
    static ParquetFileReader file(Storage storage, String path) throws IOException {
        try {
            return ParquetFileReader.open(
                    new ParquetSource(storage, path),
                    HadoopReadOptions.builder(storage.configuration()).build());
        } catch (RuntimeException e) {
            InvalidSettingsException told = new InvalidSettingsException(
                    List.of("Cannot read --input " + path + ": it is not a Parquet file (" + e.getMessage() + ")"));
            told.initCause(e);
            throw told;
        }
    }

    private void skip(long count) throws IOException {
        long toSkip = count;
        while (group < file.getRowGroups().size()
                && toSkip >= file.getRowGroups().get(group).getRowCount()) {
            toSkip -= file.getRowGroups().get(group).getRowCount();
            file.skipNextRowGroup();
            group++;
        }
        for (; toSkip > 0; toSkip--) {
            read();
        }
    }

    /** Goes to the next row; false after the last of the range. */
    public boolean next() throws IOException {
        if (left == 0) {
            current = null;
            return false;
        }
        left--;
        current = new Record(read());
        return true;
    }

    private Group read() throws IOException {
        RecordReader<Group> reader = rows;
        while (reader == null || leftInGroup == 0) {
            PageReadStore pages = file.readNextRowGroup();
            if (pages == null) {
                throw new IOException("Cannot read " + file.getFile() + ": it has fewer rows than its footer said");
            }
            reader = assembly.getRecordReader(pages, new GroupRecordConverter(columns));
            rows = reader;
            leftInGroup = pages.getRowCount();
            group++;
        }
        leftInGroup--;
        return reader.read();
    }

    private Record record() {
        Record record = current;
        if (record == null) {
            throw new IllegalStateException("There is no current row");
        }
        return record;
    }

    /** The current record's own id, or null where it has none. */
    public @Nullable String rowId() {
        return schema.rowId(record());
    }

    /**
     * The current record as a row.
     *
     * @throws RejectedRowException if it is no row
     */
    public InputRow row() {
        return schema.row(record());
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
