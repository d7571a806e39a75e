// SPDX-License-Identifier: Apache-2.0
package dev.vireo.checkpoint;

import static java.util.Objects.requireNonNull;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * Writes a model directory: the weights of another one under the names that they have there, some of them with new values,
 * and its small files. One tensor is in memory at a time.
 */
public final class ModelWriter {
    private static final long SHARD_BYTES = 5_000_000_000L; // as save_pretrained
    private static final long BLOCK_BYTES = 1L << 24;

    private final Checkpoint source;
    private final Map<String, Supplier<HostTensor>> replaced;
    private final StoredType type;

    /**
     * @param source the model that the weights come from
     * @param replaced new values by canonical name, asked for when it is their turn
     * @param type of all floating-point weights: F32 or BF16
     * @throws IllegalArgumentException if the type is another, or the source has no weight of a name
     */
    public ModelWriter(Checkpoint source, Map<String, Supplier<HostTensor>> replaced, StoredType type) {
        if (type != StoredType.F32 && type != StoredType.BF16) {
            throw new IllegalArgumentException("Cannot write a model as " + type + " (expected F32 or BF16)");
        }
        var unknown = new TreeSet<>(replaced.keySet());
        unknown.removeAll(source.names());
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException(
                    "Cannot write " + unknown + ": " + source.directory() + " has no weights of these names");
        }
        this.source = source;
        this.replaced = Map.copyOf(replaced);
        this.type = type;
    }

    /**
     * Writes the directory, which appears when it is complete and takes the place of one that is there.
     *
     * @throws CheckpointMismatchException if a new value has another shape than the weight of its name
     * @throws java.io.UncheckedIOException if a file cannot be read or written
     */
    public void write(Path target) {
        write(target, SHARD_BYTES);
    }

    void write(Path target, long shardBytes) {
        AtomicDirectory.write(target, directory -> {
            writeWeights(directory, shards(shardBytes));
            ModelFiles.copy(source.directory(), directory, type);
        });
    }

    private List<List<String>> shards(long shardBytes) {
        List<List<String>> shards = new ArrayList<>();
        long filled = 0;
        for (String name : new TreeSet<>(source.names())) {
            long size = info(name).sizeBytes();
            if (shards.isEmpty() || filled + size > shardBytes) {
                shards.add(new ArrayList<>());
                filled = 0;
            }
            shards.get(shards.size() - 1).add(name);
            filled += size;
        }
        return shards;
    }

    /** What the file says of the weight, under its canonical name. */
    private TensorInfo info(String name) {
        TensorInfo stored = source.info(name);
        return FloatBlocks.isFloat(stored.type()) ? new TensorInfo(name, type, stored.shape()) : stored;
    }

    private void writeWeights(Path directory, List<List<String>> shards) {
        if (shards.size() == 1) {
            writeShard(directory.resolve(WeightFiles.SINGLE), shards.get(0));
            return;
        }
        JsonObject places = new JsonObject();
        long total = 0;
        for (int shard = 0; shard < shards.size(); shard++) {
            String file =
                    String.format(java.util.Locale.ROOT, "model-%05d-of-%05d.safetensors", shard + 1, shards.size());
            writeShard(directory.resolve(file), shards.get(shard));
            for (String name : shards.get(shard)) {
                places.addProperty(source.storedName(name), file);
                total += info(name).sizeBytes();
            }
        }
        JsonObject metadata = new JsonObject();
        metadata.addProperty("total_size", total);
        JsonObject index = new JsonObject();
        index.add("metadata", metadata);
        index.add("weight_map", places);
        AtomicFile.writeText(
                directory.resolve(WeightFiles.INDEX),
                new GsonBuilder().setPrettyPrinting().create().toJson(index) + "\n");
    }

    private void writeShard(Path file, List<String> names) {
        Map<String, String> canonical = new LinkedHashMap<>();
        names.forEach(name -> canonical.put(source.storedName(name), name));
        List<TensorInfo> infos = names.stream()
                .map(name -> info(name).named(source.storedName(name)))
                .toList();
        AtomicFile.write(file, out -> writeTensors(out, infos, canonical));
    }

    private void writeTensors(OutputStream out, List<TensorInfo> infos, Map<String, String> canonical)
            throws IOException {
        SafetensorsWriter writer = SafetensorsWriter.start(out, infos, SafetensorsWriter.PYTORCH);
        for (TensorInfo info : writer.order()) {
            String name = requireNonNull(canonical.get(info.name()));
            Supplier<HostTensor> value = replaced.get(name);
            if (value == null) {
                copy(writer, info, name);
            } else {
                append(writer, info, name, value.get());
            }
        }
        writer.finish();
    }

    private void copy(SafetensorsWriter writer, TensorInfo info, String name) throws IOException {
        TensorInfo stored = source.info(name);
        long rows = stored.shape().isEmpty() ? 1 : stored.shape().get(0);
        long block = Math.max(1, BLOCK_BYTES / Math.max(1, stored.sizeBytes() / Math.max(1, rows)));
        for (long first = 0; first < rows; first += block) {
            ByteBuffer bytes = source.rows(name, first, Math.min(block, rows - first));
            writer.append(info.name(), FloatBlocks.convert(bytes, stored.type(), info.type()));
        }
    }

    private void append(SafetensorsWriter writer, TensorInfo info, String name, HostTensor value) throws IOException {
        List<Long> shape = value.info(name).shape();
        if (!shape.equals(info.shape())) {
            throw new CheckpointMismatchException("Cannot write weight " + name + ": its new value has shape " + shape
                    + ", that of " + source.directory() + " has " + info.shape());
        }
        ByteBuffer bytes = value.bytes();
        int end = bytes.limit();
        while (bytes.position() < end) {
            bytes.limit((int) Math.min(end, bytes.position() + BLOCK_BYTES));
            ByteBuffer block = bytes.slice().order(ByteOrder.LITTLE_ENDIAN);
            writer.append(info.name(), FloatBlocks.convert(block, value.type(), info.type()));
            bytes.position(bytes.limit()).limit(end);
        }
    }
}
