// SPDX-License-Identifier: Apache-2.0
package dev.vireo.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.vireo.checkpoint.Checkpoint;
import dev.vireo.checkpoint.TensorInfo;
import dev.vireo.nn.Parameter;
import dev.vireo.nn.WeightSource;
import dev.vireo.tensor.ElementType;
import dev.vireo.tensor.Precision;
import dev.vireo.tensor.Tensors;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Takes weights out of a checkpoint. A frozen weight that is stored in the model's precision is used where it is mapped,
 * without a copy; any other is cast once. A trainable one gets a float32 master of its own.
 *
 * <p>A weight that does not fit is claimed all the same and stands empty, so that {@link #finish} reports all problems at once.
 */
final class CheckpointWeights implements WeightSource, AutoCloseable {
    private final Checkpoint checkpoint;
    private final ModelDevice device;
    private final Training training;
    private final List<ByteBuffer> mapped = new ArrayList<>();

    /** Whether the model's own weights are trained. */
    enum Training {
        FROZEN,
        /** With float32 masters. */
        FULL,
        /** In bfloat16 alone. */
        NARROW
    }

    CheckpointWeights(Checkpoint checkpoint, ModelDevice device, Training training) {
        this.checkpoint = checkpoint;
        this.device = device;
        this.training = training;
    }

    @Override
    public Parameter take(String name, long... shape) {
        checkpoint.claim(name, shape);
        NDManager manager = device.manager();
        if (!fits(name, shape)) {
            return Parameter.frozen(name, manager.zeros(new Shape(0)));
        }
        ByteBuffer bytes = checkpoint.bytes(name);
        mapped.add(bytes);
        Tensors tensors = device.tensors();
        NDArray stored = tensors.view(manager, bytes, type(checkpoint.info(name)), shape);
        if (training == Training.FROZEN) {
            return Parameter.frozen(name, inPrecision(stored));
        }
        if (training == Training.NARROW) {
            try (stored;
                    NDArray narrow = tensors.cast(manager, stored, Precision.BF16)) {
                return Parameter.narrow(name, tensors.copy(manager, narrow));
            }
        }
        NDArray single = tensors.float32(manager, stored);
        NDArray master = tensors.copy(manager, single);
        NDArray value =
                device.precision() == Precision.FP32 ? master : tensors.cast(manager, master, device.precision());
        single.close();
        stored.close();
        return Parameter.trainable(name, value, master);
    }

    private NDArray inPrecision(NDArray stored) {
        NDArray cast = device.tensors().cast(device.manager(), stored, device.precision());
        stored.close();
        return cast;
    }

    private boolean fits(String name, long... shape) {
        if (!checkpoint.contains(name)) {
            return false;
        }
        List<Long> stored = checkpoint.info(name).shape();
        return List.of(java.util.Arrays.stream(shape).boxed().toArray()).equals(stored);
    }

    private static ElementType type(TensorInfo info) {
        return switch (info.type()) {
            case BF16 -> ElementType.BFLOAT16;
            case F16 -> ElementType.FLOAT16;
            case F32 -> ElementType.FLOAT32;
            case F64 -> ElementType.FLOAT64;
            default ->
                throw new IllegalArgumentException("Cannot load weight " + info.name() + ": it is stored as "
                        + info.type() + " (expected F32, BF16, F16 or F64)");
        };
    }

    /** Reports every weight that is missing, misshapen or surplus. */
    void finish(String... ignorable) {
        checkpoint.requireAllClaimed(ignorable);
    }

    @Override
    public void close() {
        mapped.clear();
        checkpoint.close();
    }
}
