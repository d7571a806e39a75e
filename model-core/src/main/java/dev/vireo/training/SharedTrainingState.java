// SPDX-License-Identifier: Apache-2.0
package dev.vireo.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.vireo.checkpoint.CheckpointMismatchException;
import dev.vireo.checkpoint.SafetensorsFile;
import dev.vireo.checkpoint.SafetensorsWriter;
import dev.vireo.checkpoint.StoredType;
import dev.vireo.checkpoint.TensorInfo;
import dev.vireo.nn.Parameter;
import dev.vireo.tensor.ElementType;
import dev.vireo.tensor.Tensors;
import dev.vireo.training.Optimizer.Which;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The file of {@link TrainingState}, byte for byte, where the optimizer's state is shared: moments come to rank 0 one
 * parameter at a time. So any number of workers, and one that shares nothing, can go on from it.
 */
final class SharedTrainingState {
    private static final String MASTER = "master.";
    private static final String FIRST = "m.";
    private static final String SECOND = "v.";

    private SharedTrainingState() {}

    /**
     * Writes the state; a call of all workers.
     *
     * @param directory null on a worker that only contributes
     */
    static void save(
            @Nullable Path directory,
            FlatParameters flat,
            Optimizer optimizer,
            Tensors tensors,
            GradientExchange exchange) {
        try (OutputStream out = directory == null
                ? OutputStream.nullOutputStream()
                : new BufferedOutputStream(Files.newOutputStream(directory.resolve(TrainingState.FILE)))) {
            Map<String, Integer> numbers = numbers(flat);
            SafetensorsWriter writer = SafetensorsWriter.start(
                    out, infos(flat), Map.of(TrainingState.STEPS, Long.toString(optimizer.steps())));
            for (TensorInfo info : writer.order()) {
                String name = info.name();
                int i = Objects.requireNonNull(numbers.get(name.substring(name.indexOf('.') + 1)));
                try (NDManager scope = flat.masters().getManager().newSubManager()) {
                    NDArray value = name.startsWith(MASTER)
                            ? flat.parameters().get(i).master()
                            : optimizer.gatherMoment(
                                    scope, name.startsWith(FIRST) ? Which.FIRST : Which.SECOND, i, exchange);
                    if (directory != null) {
                        writer.append(name, ByteBuffer.wrap(tensors.bytes(scope, value)));
                    }
                }
            }
            if (directory != null) {
                writer.finish();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot write " + directory + ": " + e.getMessage(), e);
        }
    }

    /** Reads all masters, and of the moments what this worker holds. */
    static void restore(Path directory, FlatParameters flat, Optimizer optimizer, Tensors tensors) {
        SafetensorsFile file = SafetensorsFile.open(directory.resolve(TrainingState.FILE));
        for (TensorInfo expected : infos(flat)) {
            TensorInfo stored = file.tensors().get(expected.name());
            if (stored == null
                    || !stored.shape().equals(expected.shape())
                    || stored.type() != expected.type()
                    || file.tensors().size() != 3 * flat.parameters().size()) {
                throw new CheckpointMismatchException("Cannot resume from " + file.path() + ": it holds "
                        + file.tensors().size() + " tensors and " + stored + ", expected "
                        + 3 * flat.parameters().size() + " and " + expected);
            }
        }
        for (int i = 0; i < flat.parameters().size(); i++) {
            Parameter parameter = flat.parameters().get(i);
            try (NDManager scope = flat.masters().getManager().newSubManager()) {
                long[] shape = parameter.master().getShape().getShape();
                tensors.assign(scope, parameter.master(), read(scope, file, MASTER + parameter.name(), tensors, shape));
                for (Which which : Which.values()) {
                    String name = (which == Which.FIRST ? FIRST : SECOND) + parameter.name();
                    optimizer.scatterMoment(scope, which, i, read(scope, file, name, tensors, parameter.size()));
                }
            }
        }
        optimizer.resumeAt(Long.parseLong(file.metadata().getOrDefault(TrainingState.STEPS, "0")));
    }

    private static NDArray read(NDManager scope, SafetensorsFile file, String name, Tensors tensors, long... shape) {
        return tensors.view(scope, file.bytes(name), ElementType.FLOAT32, shape);
    }

    private static List<TensorInfo> infos(FlatParameters flat) {
        List<TensorInfo> infos = new ArrayList<>();
        for (Parameter parameter : flat.parameters()) {
            List<Long> shape = Arrays.stream(parameter.master().getShape().getShape())
                    .boxed()
                    .toList();
            for (String prefix : List.of(MASTER, FIRST, SECOND)) {
                infos.add(new TensorInfo(prefix + parameter.name(), StoredType.F32, shape));
            }
        }
        return infos;
    }

    private static Map<String, Integer> numbers(FlatParameters flat) {
        Map<String, Integer> numbers = new HashMap<>();
        for (int i = 0; i < flat.parameters().size(); i++) {
            numbers.put(flat.parameters().get(i).name(), i);
        }
        return numbers;
    }
}
