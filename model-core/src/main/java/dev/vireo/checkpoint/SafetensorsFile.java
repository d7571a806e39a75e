// SPDX-License-Identifier: Apache-2.0
package dev.vireo.checkpoint;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A safetensors file whose tensors are memory-mapped one by one, without a copy.
 *
 * <p>A mapping lives as long as something reaches it: this object keeps every one that {@link #bytes} made. The file
 * must not be shortened while mapped. Safe for use by several threads.
 */
public final class SafetensorsFile {
    private final Path path;
    private final SafetensorsHeader header;
    private final Map<String, TensorInfo> tensors;
    private final Map<String, ByteBuffer> mapped = new ConcurrentHashMap<>();

    private SafetensorsFile(Path path, SafetensorsHeader header) {
        this.path = path;
        this.header = header;
        Map<String, TensorInfo> infos = new LinkedHashMap<>();
        header.entries().forEach((name, entry) -> infos.put(name, entry.info()));
        this.tensors = Collections.unmodifiableMap(infos);
    }

    /**
     * Reads the header of {@code path} and checks it: sizes, offsets, overlaps, gaps, types, the file's length.
     *
     * @throws CheckpointMismatchException if the file is not a whole safetensors file; names file and tensor
     * @throws java.io.UncheckedIOException if the file cannot be read
     */
    public static SafetensorsFile open(Path path) {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            return new SafetensorsFile(path, SafetensorsHeader.read(path, channel));
        } catch (IOException e) {
            throw FileFailures.reading(path, e);
        }
    }

    public Path path() {
        return path;
    }

    /** The tensors by name, in the order of the header. */
    public Map<String, TensorInfo> tensors() {
        return tensors;
    }

    /** The free texts of the header, such as {@code format=pt}. */
    public Map<String, String> metadata() {
        return Collections.unmodifiableMap(header.metadata());
    }

    /**
     * The data of a tensor: little-endian, read-only in effect, mapped from the file; a copy in direct memory only where
     * the file does not align it to its element size.
     *
     * @throws IllegalArgumentException if there is no such tensor, or it exceeds 2 GiB (use {@link #rows})
     */
    public ByteBuffer bytes(String name) {
        SafetensorsHeader.Entry entry = entry(name);
        if (entry.end() - entry.begin() > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("Cannot map tensor " + name + " of " + path + " at once: it has "
                    + (entry.end() - entry.begin()) + " bytes, a buffer at most " + Integer.MAX_VALUE
                    + "; map its rows in blocks");
        }
        ByteBuffer buffer = mapped.computeIfAbsent(name, key -> map(entry, entry.begin(), entry.end()));
        return buffer.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * The data of rows {@code first} to {@code first + count - 1} of a tensor, along its outermost dimension; as
     * {@link #bytes}, but the caller keeps the buffer reachable.
     *
     * @throws IllegalArgumentException if there is no such tensor or row, or the block exceeds 2 GiB
     */
    public ByteBuffer rows(String name, long first, long count) {
        SafetensorsHeader.Entry entry = entry(name);
        TensorInfo info = entry.info();
        long rowCount = info.shape().isEmpty() ? 1 : info.shape().get(0);
        if (first < 0 || count < 0 || count > rowCount - first) {
            throw new IllegalArgumentException("Cannot map rows " + first + " to " + (first + count - 1) + " of tensor "
                    + name + " of " + path + ": it has " + rowCount + " rows");
        }
        long rowBytes = rowCount == 0 ? 0 : info.sizeBytes() / rowCount;
        if (count * rowBytes > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("Cannot map " + count + " rows of tensor " + name + " of " + path + ": "
                    + (count * rowBytes) + " bytes are more than a buffer holds (" + Integer.MAX_VALUE + ")");
        }
        long begin = entry.begin() + first * rowBytes;
        return map(entry, begin, begin + count * rowBytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * Reads a part of a tensor's data without mapping it, so that nothing of the file counts as this process's memory: fills
     * {@code target} from byte {@code first} of the tensor on.
     */
    void read(String name, long first, ByteBuffer target) {
        SafetensorsHeader.Entry entry = entry(name);
        if (first < 0 || first + target.remaining() > entry.end() - entry.begin()) {
            throw new IllegalArgumentException("Cannot read " + target.remaining() + " bytes at " + first
                    + " of tensor " + name + " of " + path + ": it has " + (entry.end() - entry.begin()));
        }
        long position = header.dataStart() + entry.begin() + first;
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            while (target.hasRemaining()) {
                int read = channel.read(target, position);
                if (read < 0) {
                    throw new CheckpointMismatchException("Cannot read tensor " + name + " of " + path
                            + ": the file was shortened to " + channel.size() + " bytes after it was opened");
                }
                position += read;
            }
        } catch (IOException e) {
            throw FileFailures.reading(path, e);
        }
    }

    /** Forgets the mappings kept so far; buffers handed out stay valid as long as they are reachable. */
    void release() {
        mapped.clear();
    }

    private SafetensorsHeader.Entry entry(String name) {
        if (!header.entries().containsKey(name)) {
            throw new IllegalArgumentException("Cannot read tensor " + name + ": " + path + " has none of that name");
        }
        return requireNonNull(header.entries().get(name));
    }

    private ByteBuffer map(SafetensorsHeader.Entry entry, long begin, long end) {
        long position = header.dataStart() + begin;
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            if (channel.size() < header.dataStart() + end) {
                throw new CheckpointMismatchException(
                        "Cannot read tensor " + entry.info().name() + " of " + path + ": the file was shortened to "
                                + channel.size() + " bytes after it was opened");
            }
            ByteBuffer buffer = channel.map(FileChannel.MapMode.READ_ONLY, position, end - begin);
            boolean aligned = position % entry.info().type().elementBytes() == 0;
            return aligned
                    ? buffer
                    : ByteBuffer.allocateDirect(buffer.remaining()).put(buffer).flip();
        } catch (IOException e) {
            throw FileFailures.reading(path, e);
        }
    }
}
