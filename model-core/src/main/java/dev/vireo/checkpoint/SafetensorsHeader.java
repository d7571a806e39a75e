// SPDX-License-Identifier: Apache-2.0
package dev.vireo.checkpoint;

import com.google.gson.JsonParseException;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.MalformedJsonException;
import java.io.EOFException;
import java.io.IOException;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The header of a safetensors file: 8 bytes of length (little-endian), that many bytes of JSON, then the data.
 *
 * @param dataStart where the data begins in the file, in bytes
 * @param entries the tensors by name, in the order of the header
 * @param metadata the free texts under {@code __metadata__}
 */
record SafetensorsHeader(long dataStart, Map<String, Entry> entries, Map<String, String> metadata) {
    static final String METADATA = "__metadata__";
    private static final int MAX_BYTES = 100_000_000;

    /**
     * A tensor and where it lies.
     *
     * @param begin the first byte, counted from the start of the data
     * @param end the byte after the last
     */
    record Entry(TensorInfo info, long begin, long end) {}

    /** Reads and checks the header of {@code file}: afterwards every entry lies in the file and none overlap. */
    static SafetensorsHeader read(Path file, FileChannel channel) throws IOException {
        long fileBytes = channel.size();
        if (fileBytes < Long.BYTES) {
            throw broken(file, "it has " + fileBytes + " bytes, too few for a safetensors file (truncated?)");
        }
        long length = readFully(channel, 0, Long.BYTES).getLong();
        if (length < 2 || length > MAX_BYTES) {
            throw broken(
                    file,
                    "its header says " + length + " bytes long (expected 2 to " + MAX_BYTES
                            + "): not a safetensors file");
        }
        if (Long.BYTES + length > fileBytes) {
            throw broken(
                    file,
                    "its header needs " + (Long.BYTES + length) + " bytes but the file has " + fileBytes
                            + " (truncated?)");
        }
        SafetensorsHeader header =
                parse(file, text(file, readFully(channel, Long.BYTES, (int) length)), Long.BYTES + length);
        header.checkLayout(file, fileBytes - header.dataStart);
        return header;
    }

    private static ByteBuffer readFully(FileChannel channel, long position, int count) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, position + buffer.position()) < 0) {
                throw new EOFException("the file ended while its header was read");
            }
        }
        return buffer.flip();
    }

    private static String text(Path file, ByteBuffer bytes) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
        } catch (CharacterCodingException e) {
            throw new CheckpointMismatchException("Cannot read " + file + ": its header is not UTF-8", e);
        }
    }

    private static SafetensorsHeader parse(Path file, String json, long dataStart) throws IOException {
        Map<String, Entry> entries = new LinkedHashMap<>();
        Map<String, String> metadata = new LinkedHashMap<>();
        try (JsonReader reader = new JsonReader(new StringReader(json.stripTrailing()))) {
            reader.setStrictness(Strictness.STRICT);
            reader.beginObject();
            while (reader.hasNext()) {
                String name = reader.nextName();
                if (name.equals(METADATA)) {
                    readMetadata(reader, metadata);
                } else if (entries.put(name, readEntry(file, name, reader)) != null) {
                    throw broken(file, "tensor " + name + " appears twice in its header");
                }
            }
            reader.endObject();
        } catch (MalformedJsonException | EOFException | JsonParseException | IllegalStateException e) {
            throw new CheckpointMismatchException(
                    "Cannot read " + file + ": its header is not the JSON of a safetensors file: " + e.getMessage(), e);
        }
        return new SafetensorsHeader(dataStart, entries, metadata);
    }

    private static void readMetadata(JsonReader reader, Map<String, String> metadata) throws IOException {
        reader.beginObject();
        while (reader.hasNext()) {
            metadata.put(reader.nextName(), reader.nextString());
        }
        reader.endObject();
    }

    private static Entry readEntry(Path file, String name, JsonReader reader) throws IOException {
        String type = null;
        List<Long> shape = null;
        List<Long> offsets = null;
        reader.beginObject();
        while (reader.hasNext()) {
            String key = reader.nextName();
            switch (key) {
                case "dtype" -> type = reader.nextString();
                case "shape" -> shape = readLongs(file, name, key, reader);
                case "data_offsets" -> offsets = readLongs(file, name, key, reader);
                default -> throw broken(file, "tensor " + name + " has an unknown header field \"" + key + "\"");
            }
        }
        reader.endObject();
        return entry(file, name, type, shape, offsets);
    }

    private static List<Long> readLongs(Path file, String name, String key, JsonReader reader) throws IOException {
        List<Long> values = new ArrayList<>();
        reader.beginArray();
        while (reader.hasNext()) {
            if (reader.peek() != JsonToken.NUMBER) {
                throw broken(file, "tensor " + name + " has a " + key + " that is not a list of numbers");
            }
            try {
                values.add(reader.nextLong());
            } catch (NumberFormatException e) {
                throw broken(file, "tensor " + name + " has a " + key + " that is not a list of whole numbers");
            }
        }
        reader.endArray();
        return values;
    }

    private static Entry entry(
            Path file,
            String name,
            @Nullable String typeName,
            @Nullable List<Long> shape,
            @Nullable List<Long> offsets) {
        if (typeName == null || shape == null || offsets == null || offsets.size() != 2) {
            throw broken(file, "tensor " + name + " lacks dtype, shape or two data_offsets in the header");
        }
        StoredType type = StoredType.named(typeName)
                .orElseThrow(() -> broken(
                        file,
                        "tensor " + name + " has dtype " + typeName + " (expected one of "
                                + Arrays.toString(StoredType.values()) + ")"));
        long begin = offsets.get(0);
        long end = offsets.get(1);
        long expected = size(file, name, type, shape);
        if (begin < 0 || end < begin || end - begin != expected) {
            throw broken(
                    file,
                    "tensor " + name + " of " + type + " " + shape + " needs " + expected
                            + " bytes but its data_offsets are " + offsets);
        }
        return new Entry(new TensorInfo(name, type, shape), begin, end);
    }

    private static long size(Path file, String name, StoredType type, List<Long> shape) {
        try {
            return new TensorInfo(name, type, shape).sizeBytes();
        } catch (ArithmeticException | IllegalArgumentException e) {
            throw new CheckpointMismatchException(
                    "Cannot read " + file + ": tensor " + name + " has an impossible shape " + shape, e);
        }
    }

    private void checkLayout(Path file, long dataBytes) {
        List<Entry> ordered = entries.values().stream()
                .sorted(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end))
                .toList();
        long position = 0;
        String previous = "the start of the data";
        for (Entry entry : ordered) {
            String name = entry.info().name();
            if (entry.end() > dataBytes) {
                throw broken(
                        file,
                        "tensor " + name + " ends at byte " + (dataStart + entry.end()) + " but the file has "
                                + (dataStart + dataBytes) + " (truncated?)");
            }
            if (entry.begin() != position) {
                throw broken(
                        file,
                        "tensor " + name + " begins at byte " + entry.begin() + " of the data, "
                                + (entry.begin() < position ? "inside " : "with a gap after ") + previous
                                + ", which ends at "
                                + position);
            }
            position = entry.end();
            previous = "tensor " + name;
        }
        if (position != dataBytes) {
            throw broken(file, (dataBytes - position) + " bytes follow the last tensor");
        }
    }

    private static CheckpointMismatchException broken(Path file, String reason) {
        return new CheckpointMismatchException("Cannot read " + file + ": " + reason);
    }
}
