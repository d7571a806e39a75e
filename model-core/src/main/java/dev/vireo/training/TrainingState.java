// SPDX-License-Identifier: Apache-2.0
package dev.vireo.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import dev.vireo.checkpoint.CheckpointMismatchException;
import dev.vireo.checkpoint.SafetensorsFile;
import dev.vireo.checkpoint.SafetensorsWriter;
import dev.vireo.checkpoint.StoredType;
import dev.vireo.checkpoint.TensorInfo;
import dev.vireo.nn.Parameter;
import dev.vireo.tensor.ElementType;
import dev.vireo.tensor.Tensors;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Masters, moments and step count as one safetensors file: {@code master.NAME}, {@code m.NAME}, {@code v.NAME}. */
final class TrainingState {
    static final String FILE = "training_state.safetensors";
    private static final String STEPS = "optimizer_steps";

    private TrainingState() {}

    static void save(Path directory, List<Parameter> parameters, AdamW optimizer, Tensors tensors) {
        Map<String, NDArray> state = state(parameters, optimizer);
        List<TensorInfo> infos = state.entrySet().stream()
                .map(entry -> info(entry.getKey(), entry.getValue()))
                .toList();
        Path file = directory.resolve(FILE);
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file));
                NDManager scope = NDManager.newBaseManager(tensors.device(), "PyTorch")) {
            SafetensorsWriter writer =
                    SafetensorsWriter.start(out, infos, Map.of(STEPS, Long.toString(optimizer.steps())));
            for (TensorInfo info : writer.order()) {
                NDArray tensor = java.util.Objects.requireNonNull(state.get(info.name()));
                writer.append(info.name(), ByteBuffer.wrap(tensors.bytes(scope, tensor)));
            }
            writer.finish();
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot write " + file + ": " + e.getMessage(), e);
        }
    }

    static void restore(Path directory, List<Parameter> parameters, AdamW optimizer, Tensors tensors) {
        SafetensorsFile file = SafetensorsFile.open(directory.resolve(FILE));
        Map<String, NDArray> state = state(parameters, optimizer);
        if (!file.tensors().keySet().equals(state.keySet())) {
            throw new CheckpointMismatchException("Cannot resume from " + file.path() + ": it holds "
                    + file.tensors().size() + " tensors of other parameters than the " + parameters.size()
                    + " that are trained now");
        }
        try (NDManager scope = NDManager.newBaseManager(tensors.device(), "PyTorch")) {
            state.forEach((name, tensor) -> {
                TensorInfo stored =
                        java.util.Objects.requireNonNull(file.tensors().get(name));
                if (!stored.shape().equals(info(name, tensor).shape())) {
                    throw new CheckpointMismatchException("Cannot resume from " + file.path() + ": " + name
                            + " has shape " + stored.shape() + ", expected "
                            + info(name, tensor).shape());
                }
                ByteBuffer bytes = file.bytes(name);
                try (NDArray source = tensors.view(
                        scope, bytes, ElementType.FLOAT32, tensor.getShape().getShape())) {
                    tensors.assign(scope, tensor, source);
                }
            });
        }
        optimizer.resumeAt(Long.parseLong(file.metadata().getOrDefault(STEPS, "0")));
    }

    private static Map<String, NDArray> state(List<Parameter> parameters, AdamW optimizer) {
        Map<String, NDArray> state = new LinkedHashMap<>();
        NDList first = optimizer.firstMoments();
        NDList second = optimizer.secondMoments();
        for (int i = 0; i < parameters.size(); i++) {
            Parameter parameter = parameters.get(i);
            state.put("master." + parameter.name(), parameter.master());
            state.put("m." + parameter.name(), first.get(i));
            state.put("v." + parameter.name(), second.get(i));
        }
        return state;
    }

    private static TensorInfo info(String name, NDArray tensor) {
        return new TensorInfo(
                name,
                StoredType.F32,
                Arrays.stream(tensor.getShape().getShape()).boxed().toList());
    }
}
