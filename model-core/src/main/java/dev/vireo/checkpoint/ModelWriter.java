// SPDX-License-Identifier: Apache-2.0
package dev.vireo.checkpoint;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Writes a model directory: the weights of another one under the names that transformers 5 saves, some of them with new values,
 * and its small files. One tensor is in memory at a time.
 */
public final class ModelWriter {
    private static final long BLOCK_BYTES = 1L << 24;
    private static final String HEAD = "lm_head.weight";

    private final Checkpoint source;
    private final Map<String, Supplier<HostTensor>> replaced;
    private final @Nullable StoredType type;

    /**
     * @param source the model that the weights come from
     * @param replaced new values by canonical name, asked for when it is their turn
     * @param type of all floating-point weights: F32 or BF16; null leaves each the type that it has in the source
     * @throws IllegalArgumentException if the type is another, or the source has no weight of a name
     */
    public ModelWriter(Checkpoint source, Map<String, Supplier<HostTensor>> replaced, @Nullable StoredType type) {
        if (type != null && type != StoredType.F32 && type != StoredType.BF16) {
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
        write(target, WeightShards.SHARD_BYTES);
    }

    void write(Path target, long shardBytes) {
        AtomicDirectory.write(target, directory -> writeInto(directory, shardBytes));
    }

    /**
     * Writes the files into a directory that is there; each appears when it is complete, {@code config.json} last.
     *
     * @param shardBytes most bytes of a weight file, unless one weight is larger
     */
    public void writeInto(Path directory, long shardBytes) {
        writeWeights(directory, shardBytes);
        ModelFiles.copy(source.directory(), directory, type);
    }

    /** What the file says of the weight, under its canonical name. */
    private TensorInfo info(String name) {
        TensorInfo stored = source.info(name);
        return type != null && FloatBlocks.isFloat(stored.type()) ? new TensorInfo(name, type, stored.shape()) : stored;
    }

    private void writeWeights(Path directory, long shardBytes) {
        Map<String, String> canonical = new LinkedHashMap<>();
        List<TensorInfo> infos = new ArrayList<>();
        for (String name : written()) {
            String saved = source.savedName(name);
            canonical.put(saved, name);
            infos.add(info(name).named(saved));
        }
        WeightShards.Content content = (info, target) -> {
            String name = requireNonNull(canonical.get(info.name()));
            Supplier<HostTensor> value = replaced.get(name);
            if (value == null) {
                copy(target, info, name);
            } else {
                append(target, info, name, value.get());
            }
        };
        WeightShards.write(directory, infos, content, shardBytes);
    }

    /** A head that is the token table is not stored beside it, where it could only differ. */
    private Set<String> written() {
        Set<String> names = new TreeSet<>(source.names());
        if (!replaced.containsKey(HEAD) && ModelConfig.read(source.directory()).flag("tie_word_embeddings")) {
            names.remove(HEAD);
        }
        return names;
    }

    private void copy(WeightShards.Target target, TensorInfo info, String name) throws IOException {
        TensorInfo stored = source.info(name);
        long rows = stored.shape().isEmpty() ? 1 : stored.shape().get(0);
        long block = Math.max(1, BLOCK_BYTES / Math.max(1, stored.sizeBytes() / Math.max(1, rows)));
        for (long first = 0; first < rows; first += block) {
            ByteBuffer bytes = source.rows(name, first, Math.min(block, rows - first));
            target.append(FloatBlocks.convert(bytes, stored.type(), info.type()));
        }
    }

    private void append(WeightShards.Target target, TensorInfo info, String name, HostTensor value) throws IOException {
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
            target.append(FloatBlocks.convert(block, value.type(), info.type()));
            bytes.position(bytes.limit()).limit(end);
        }
    }
}
