// SPDX-License-Identifier: Apache-2.0
package dev.vireo.pretrained;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.vireo.checkpoint.Checkpoint;
import dev.vireo.checkpoint.HostTensor;
import dev.vireo.checkpoint.ModelWriter;
import dev.vireo.checkpoint.StoredType;
import dev.vireo.nn.Parameter;
import dev.vireo.tensor.Tensors;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Writes a fully trained model as a Hugging Face directory, which transformers loads as it loads the one it came from. */
public final class ModelExport {
    private ModelExport() {}

    /**
     * Writes the directory, which appears when it is complete. Weights without a new value are copied, those that the model
     * does not use too.
     *
     * @param parameters new values by canonical name, asked for one at a time
     * @param type of the floating-point weights: F32 or BF16
     * @throws IllegalArgumentException if the type is another, or the source has no weight of a name
     * @throws dev.vireo.checkpoint.CheckpointMismatchException if a new value has another shape than its weight
     * @throws java.io.UncheckedIOException if a file cannot be read or written
     */
    public static void write(
            PretrainedModel source, Map<String, Supplier<HostTensor>> parameters, StoredType type, Path target) {
        try (Checkpoint checkpoint = Checkpoint.open(source.directory())) {
            new ModelWriter(checkpoint, parameters, type).write(target);
        }
    }

    /** The masters of trained parameters, each brought to the host when it is asked for. */
    public static Map<String, Supplier<HostTensor>> masters(List<Parameter> parameters, Tensors tensors) {
        Map<String, Supplier<HostTensor>> masters = new LinkedHashMap<>();
        parameters.forEach(parameter -> masters.put(parameter.name(), () -> toHost(parameter.master(), tensors)));
        return masters;
    }

    private static HostTensor toHost(NDArray master, Tensors tensors) {
        try (NDManager scope = NDManager.newBaseManager(tensors.device(), "PyTorch")) {
            byte[] bytes = tensors.bytes(scope, tensors.float32(scope, master));
            return HostTensor.of(StoredType.F32, master.getShape().getShape(), ByteBuffer.wrap(bytes));
        }
    }
}
