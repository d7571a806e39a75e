// SPDX-License-Identifier: Apache-2.0
package dev.vireo.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.vireo.checkpoint.Checkpoint;
import dev.vireo.checkpoint.ModuleMatcher;
import dev.vireo.checkpoint.TensorInfo;
import dev.vireo.nn.LinearWeight;
import dev.vireo.nn.Parameter;
import dev.vireo.nn.WeightSource;
import dev.vireo.quantization.BaseFormat;
import dev.vireo.quantization.QuantizedWeight;
import dev.vireo.quantization.Quantizer;
import dev.vireo.tensor.ElementType;
import dev.vireo.tensor.Precision;
import dev.vireo.tensor.Tensors;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

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
    private final @Nullable Quantizer quantizer;
    private final List<ByteBuffer> mapped = new ArrayList<>();
    private final Map<String, Parameter> taken = new HashMap<>();

    /** Whether the model's own weights are trained. */
    enum Training {
        FROZEN,
        /** With float32 masters. */
        FULL,
        /** In bfloat16 alone. */
        NARROW
    }

    /** @param format of the language model's linear modules, where the weights are frozen */
    CheckpointWeights(Checkpoint checkpoint, ModelDevice device, Training training, BaseFormat format) {
        this.checkpoint = checkpoint;
        this.device = device;
        this.training = training;
        this.quantizer = training == Training.FROZEN && format.isQuantized() ? format.quantizer() : null;
    }

    @Override
    public LinearWeight takeLinear(String name, long outFeatures, long inFeatures) {
        String module = name.substring(0, name.length() - ".weight".length());
        if (quantizer == null || !ModuleMatcher.isLanguage(module) || !fits(name, outFeatures, inFeatures)) {
            return WeightSource.super.takeLinear(name, outFeatures, inFeatures);
        }
        checkpoint.claim(name, outFeatures, inFeatures);
        QuantizedWeight made = quantizer.quantize(checkpoint.reader(name)::next, outFeatures, inFeatures);
        NDArray codes = made.codesPerByte() == 1
                ? owned(made.codes(), ElementType.INT8, outFeatures, inFeatures)
                : owned(made.codes(), ElementType.UINT8, made.codes().remaining());
        float[] scales = made.scales().values();
        NDArray q = scales.length > 0
                ? owned(direct(scales), ElementType.FLOAT32, scales.length)
                : owned(
                        direct(made.scales().codes()),
                        ElementType.UINT8,
                        made.scales().codes().length);
        float[] tables = made.tables().values();
        NDArray z = tables.length > 0 ? owned(direct(tables), ElementType.FLOAT32, tables.length) : null;
        return new LinearWeight(Parameter.frozen(name, codes), q, z);
    }

    /** The values in memory of the model's own. */
    private NDArray owned(ByteBuffer bytes, ElementType type, long... shape) {
        try (NDManager scope = device.manager().newSubManager()) {
            return device.tensors().copy(device.manager(), device.tensors().view(scope, bytes, type, shape));
        }
    }

    private static ByteBuffer direct(float[] values) {
        ByteBuffer bytes =
                ByteBuffer.allocateDirect(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return bytes;
    }

    private static ByteBuffer direct(byte[] values) {
        return ByteBuffer.allocateDirect(values.length).put(values).flip();
    }

    /** The same parameter for the same name: a head that is the token table shares its weight and its gradient. */
    @Override
    public Parameter take(String name, long... shape) {
        checkpoint.claim(name, shape);
        return taken.computeIfAbsent(name, each -> loaded(each, shape));
    }

    private Parameter loaded(String name, long... shape) {
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
        return info.type()
                .floating()
                .orElseThrow(() -> new IllegalArgumentException("Cannot load weight " + info.name()
                        + ": it is stored as " + info.type() + " (expected F32, BF16, F16 or F64)"));
    }

    /** Reports every weight that is missing, misshapen or surplus. */
    void finish(List<String> ignorable) {
        checkpoint.requireAllClaimed(ignorable.toArray(String[]::new));
    }

    @Override
    public void close() {
        mapped.clear();
        checkpoint.close();
    }
}
