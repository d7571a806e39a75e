// SPDX-License-Identifier: Apache-2.0
package dev.vireo.merging;

import static java.util.Objects.requireNonNull;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import dev.vireo.checkpoint.Checkpoint;
import dev.vireo.checkpoint.CheckpointMismatchException;
import dev.vireo.checkpoint.HostTensor;
import dev.vireo.checkpoint.LoraPair;
import dev.vireo.checkpoint.ModelWriter;
import dev.vireo.checkpoint.PeftAdapter;
import dev.vireo.checkpoint.StoredType;
import dev.vireo.checkpoint.TensorInfo;
import dev.vireo.tensor.ElementType;
import dev.vireo.tensor.Script;
import dev.vireo.tensor.Tensors;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Writes a model whose weights contain an adapter: W + s B A in place of each adapted W, with DoRA M / |W + s B A| (W + s B A), the
 * lengths by row. One weight is in memory at a time. Confined to one thread.
 */
public final class AdapterMerge implements AutoCloseable {
    private static final String WEIGHT = ".weight";
    private static final long BLOCK_ELEMENTS = 1L << 22;

    private final Checkpoint source;
    private final PeftAdapter adapter;
    private final @Nullable StoredType type;
    private final Tensors tensors = new Tensors(Device.cpu());
    private final Script script = Script.load(Device.cpu(), AdapterMerge.class, Map.of(), "AdapterMerge.py");
    private final NDManager own = NDManager.newBaseManager(Device.cpu(), "PyTorch");
    private ByteBuffer scratch = ByteBuffer.allocateDirect(0);
    private double change;
    private double lost;

    /**
     * What merging did to the adapted weights.
     *
     * @param change the Frobenius norm of what the adapter adds to them
     * @param lost the Frobenius norm of what rounding to the files' type takes away again
     */
    public record Rounding(double change, double lost) {
        /** The share of the adapter that rounding loses. */
        public double share() {
            return lost == 0 ? 0 : lost / change;
        }
    }

    /**
     * @param source the model; the caller closes it
     * @param adapter under the model's canonical names, known to fit it
     * @param type of the files, F32 or BF16; null leaves each weight the type that it has in the source
     */
    public AdapterMerge(Checkpoint source, PeftAdapter adapter, @Nullable StoredType type) {
        this.source = source;
        this.adapter = adapter;
        this.type = type;
    }

    /**
     * Writes the model into a directory that is there.
     *
     * @param shardBytes most bytes of a weight file, unless one weight is larger
     */
    public Rounding write(Path directory, long shardBytes) {
        change = 0;
        lost = 0;
        Map<String, Supplier<HostTensor>> merged = new LinkedHashMap<>();
        adapter.pairs().keySet().forEach(module -> merged.put(module + WEIGHT, () -> merged(module)));
        new ModelWriter(source, merged, type).writeInto(directory, shardBytes);
        return new Rounding(Math.sqrt(change), Math.sqrt(lost));
    }

    private HostTensor merged(String module) {
        TensorInfo stored = source.info(module + WEIGHT);
        LoraPair pair = requireNonNull(adapter.pairs().get(module));
        StoredType to = type == null ? stored.type() : type;
        long rows = stored.shape().get(0);
        long block = Math.max(1, BLOCK_ELEMENTS / stored.shape().get(1));
        ByteBuffer bytes = scratch(new TensorInfo(module, to, stored.shape()).sizeBytes());
        for (long first = 0; first < rows; first += block) {
            bytes.put(rows(module, stored.type(), pair, to, first, Math.min(block, rows - first)));
        }
        return HostTensor.of(to, new long[] {rows, stored.shape().get(1)}, bytes.flip());
    }

    /** Some rows of the merged weight. */
    private byte[] rows(String module, StoredType from, LoraPair pair, StoredType to, long first, long count) {
        try (NDManager scope = own.newSubManager()) {
            ByteBuffer weight = source.rows(module + WEIGHT, first, count);
            NDArray w = tensors.view(scope, weight, computed(from, module), count, pair.inFeatures());
            NDArray s = Tensors.host(scope, new double[] {adapter.scale(module)});
            NDArray code = Tensors.host(scope, new long[] {computed(to, module).code()});
            NDArray a = view(scope, pair.a(), module);
            NDArray b = view(scope, pair.b(), module).get(slice(first, count));
            NDList inputs = new NDList(w, a, b, s, code);
            HostTensor magnitude = pair.magnitude();
            if (magnitude != null) {
                inputs.add(view(scope, magnitude, module).get(slice(first, count)));
            }
            List<NDArray> made = script.call(scope, "merge", inputs, tensors.noParameters());
            change += made.get(1).getDouble();
            lost += made.get(2).getDouble();
            return tensors.bytes(scope, made.get(0));
        }
    }

    private static String slice(long first, long count) {
        return first + ":" + (first + count);
    }

    private NDArray view(NDManager scope, HostTensor tensor, String module) {
        return tensors.view(scope, tensor.bytes(), computed(tensor.type(), module), tensor.shape());
    }

    private static ElementType computed(StoredType stored, String module) {
        return stored.floating()
                .orElseThrow(() -> new CheckpointMismatchException("Cannot merge into " + module + ": " + stored
                        + " is no type of plain weights (expected F32, BF16, F16 or F64; a quantized model must be"
                        + " dequantized first)"));
    }

    /** One buffer for all weights, as large as the largest. */
    private ByteBuffer scratch(long bytes) {
        int size = Math.toIntExact(bytes);
        if (scratch.capacity() < size) {
            scratch = ByteBuffer.allocateDirect(size);
        }
        return scratch.clear().limit(size).order(ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public void close() {
        own.close();
        script.close();
        tensors.close();
    }
}
