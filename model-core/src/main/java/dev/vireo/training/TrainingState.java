// SPDX-License-Identifier: Apache-2.0
package dev.vireo.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.vireo.checkpoint.CheckpointMismatchException;
import dev.vireo.checkpoint.SafetensorsFile;
import dev.vireo.checkpoint.SafetensorsWriter;
import dev.vireo.checkpoint.StoredType;
import dev.vireo.checkpoint.TensorInfo;
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
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Masters, moments and step count as one safetensors file: {@code master.NAME}, {@code m.NAME}, {@code v.NAME}, each with the
 * bits that the optimizer holds; 8-bit moments as {@code m.NAME.codes} and {@code m.NAME.largest}.
 */
final class TrainingState {
    static final String FILE = "training_state.safetensors";
    static final String STEPS = "optimizer_steps";

    private TrainingState() {}

    static void save(Path directory, AdamW optimizer, Tensors tensors) {
        Path file = directory.resolve(FILE);
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file));
                NDManager scope = NDManager.newBaseManager(tensors.device(), "PyTorch")) {
            Map<String, AdamW.Stored> state = optimizer.state(scope);
            List<TensorInfo> infos = state.entrySet().stream()
                    .map(entry -> info(entry.getKey(), entry.getValue()))
                    .toList();
            SafetensorsWriter writer =
                    SafetensorsWriter.start(out, infos, Map.of(STEPS, Long.toString(optimizer.steps())));
            for (TensorInfo info : writer.order()) {
                NDArray tensor = Objects.requireNonNull(state.get(info.name())).value();
                writer.append(info.name(), ByteBuffer.wrap(tensors.bytes(scope, tensor)));
            }
            writer.finish();
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot write " + file + ": " + e.getMessage(), e);
        }
    }

    static void restore(Path directory, AdamW optimizer, Tensors tensors) {
        SafetensorsFile file = SafetensorsFile.open(directory.resolve(FILE));
        try (NDManager scope = NDManager.newBaseManager(tensors.device(), "PyTorch")) {
            Map<String, AdamW.Stored> state = optimizer.state(scope);
            if (!file.tensors().keySet().equals(state.keySet())) {
                throw new CheckpointMismatchException("Cannot resume from " + file.path() + ": it holds "
                        + file.tensors().size() + " tensors of other parameters than the " + state.size()
                        + " that are trained now");
            }
            state.forEach((name, target) -> {
                requireFits(file, info(name, target));
                try (NDArray source = tensors.view(
                        scope,
                        file.bytes(name),
                        elementType(target.type()),
                        target.value().getShape().getShape())) {
                    tensors.assign(scope, target.value(), source);
                }
            });
        }
        optimizer.resumeAt(Long.parseLong(file.metadata().getOrDefault(STEPS, "0")));
    }

    private static void requireFits(SafetensorsFile file, TensorInfo expected) {
        TensorInfo stored = Objects.requireNonNull(file.tensors().get(expected.name()));
        if (!stored.shape().equals(expected.shape()) || stored.type() != expected.type()) {
            throw new CheckpointMismatchException("Cannot resume from " + file.path() + ": " + expected.name()
                    + " has shape " + stored.shape() + " of " + stored.type() + ", expected " + expected.shape()
                    + " of " + expected.type());
        }
    }

    private static ElementType elementType(StoredType type) {
        return switch (type) {
            case F32 -> ElementType.FLOAT32;
            case BF16 -> ElementType.BFLOAT16;
            case U8 -> ElementType.UINT8;
            default -> throw new IllegalArgumentException("Cannot restore optimizer state of " + type);
        };
    }

    private static TensorInfo info(String name, AdamW.Stored stored) {
        return new TensorInfo(
                name,
                stored.type(),
                Arrays.stream(stored.value().getShape().getShape()).boxed().toList());
    }
}
