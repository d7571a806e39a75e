// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.storage;

import java.io.IOException;
import java.io.OutputStream;
import org.apache.parquet.io.DelegatingPositionOutputStream;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.PositionOutputStream;

/** A file of any file system as Parquet's writers take it; no checksum file is left beside it. */
public final class ParquetTarget implements OutputFile {
    private final Storage storage;
    private final String file;

    /** The file is created or replaced when writing starts. */
    public ParquetTarget(Storage storage, String file) {
        this.storage = storage;
        this.file = file;
    }

    @Override
    public PositionOutputStream create(long blockSizeHint) throws IOException {
        OutputStream stream = storage.write(file);
        return new DelegatingPositionOutputStream(stream) {
            private long position;

            @Override
            public long getPos() {
                return position;
            }

            @Override
            public void write(int value) throws IOException {
                super.write(value);
                position++;
            }

            @Override
            public void write(byte[] bytes) throws IOException {
                super.write(bytes);
                position += bytes.length;
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                super.write(bytes, offset, length);
                position += length;
            }
        };
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
