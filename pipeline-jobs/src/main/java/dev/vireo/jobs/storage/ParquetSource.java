// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.storage;

import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import org.apache.parquet.io.DelegatingSeekableInputStream;
import org.apache.parquet.io.InputFile;
import org.apache.parquet.io.SeekableInputStream;

/** A file of any file system as Parquet's readers take it. */
public final class ParquetSource implements InputFile {
    private final Storage storage;
    private final String file;
    private final long bytes;

    /** Looks the file up; reading starts later. */
    public ParquetSource(Storage storage, String file) throws IOException {
        FileEntry entry = storage.entry(file);
        if (entry == null) {
            throw new IOException("Cannot read " + file + ": there is no such file");
        }
        this.storage = storage;
        this.file = file;
        this.bytes = entry.bytes();
    }

    @Override
    public long getLength() {
        return bytes;
    }

    @Override
    public SeekableInputStream newStream() throws IOException {
        SeekableByteChannel channel = storage.channel(file);
        return new DelegatingSeekableInputStream(Channels.newInputStream(channel)) {
            @Override
            public long getPos() throws IOException {
                return channel.position();
            }

            @Override
            public void seek(long position) throws IOException {
                channel.position(position);
            }
        };
    }

    @Override
    public String toString() {
        return file;
    }
}
