// SPDX-License-Identifier: Apache-2.0
package dev.vireo.checkpoint;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Writes the weights of a model directory block by block: one file, or several with an index where one would be too large. */
public final class WeightShards {
    /** What a file holds at most, unless one weight is larger; as {@code save_pretrained}. */
    static final long SHARD_BYTES = 5_000_000_000L;

    private WeightShards() {}

    /** Brings a weight's data. */
    @FunctionalInterface
    public interface Content {
        /** Appends the whole of a weight in one or several blocks. */
        void write(TensorInfo weight, Target target) throws IOException;
    }

    /** Takes a weight's data. */
    @FunctionalInterface
    public interface Target {
        /** Appends the remaining content of a block. */
        void append(ByteBuffer block) throws IOException;
    }

    /**
     * Writes the weights; each file appears when it is complete, the index last.
     *
     * @param weights under the names that the files give them, in the order in which they fill the files
     * @throws java.io.UncheckedIOException if a file cannot be written
     */
    public static void write(Path directory, List<TensorInfo> weights, Content content) {
        write(directory, weights, content, SHARD_BYTES);
    }

    static void write(Path directory, List<TensorInfo> weights, Content content, long shardBytes) {
        List<List<TensorInfo>> shards = split(weights, shardBytes);
        if (shards.size() == 1) {
            writeFile(directory.resolve(WeightFiles.SINGLE), shards.get(0), content);
            return;
        }
        JsonObject places = new JsonObject();
        long total = 0;
        for (int shard = 0; shard < shards.size(); shard++) {
            String file = String.format(Locale.ROOT, "model-%05d-of-%05d.safetensors", shard + 1, shards.size());
            writeFile(directory.resolve(file), shards.get(shard), content);
            for (TensorInfo weight : shards.get(shard)) {
                places.addProperty(weight.name(), file);
                total += weight.sizeBytes();
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

    private static List<List<TensorInfo>> split(List<TensorInfo> weights, long shardBytes) {
        List<List<TensorInfo>> shards = new ArrayList<>();
        long filled = 0;
        for (TensorInfo weight : weights) {
            if (shards.isEmpty() || filled + weight.sizeBytes() > shardBytes) {
                shards.add(new ArrayList<>());
                filled = 0;
            }
            shards.get(shards.size() - 1).add(weight);
            filled += weight.sizeBytes();
        }
        return shards;
    }

    private static void writeFile(Path file, List<TensorInfo> weights, Content content) {
        AtomicFile.write(file, out -> {
            SafetensorsWriter writer = SafetensorsWriter.start(out, weights, SafetensorsWriter.PYTORCH);
            for (TensorInfo weight : writer.order()) {
                content.write(weight, block -> writer.append(weight.name(), block));
            }
            writer.finish();
        });
    }
}
