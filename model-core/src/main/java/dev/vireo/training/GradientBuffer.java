// SPDX-License-Identifier: Apache-2.0
package dev.vireo.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.vireo.nn.GradientSink;
import dev.vireo.nn.Parameter;
import dev.vireo.tensor.Script;
import dev.vireo.tensor.Tensors;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.IdentityHashMap;
import java.util.Map;

/**
 * The float32 sums of an optimizer step's gradients, over micro-batches first, then over workers: one flat buffer, laid out
 * as the parameters are.
 */
final class GradientBuffer implements GradientSink, AutoCloseable {
    /** Elements that are exchanged at once, of which one buffer can hold the bytes. */
    private static final long MOST = 1L << 28;

    private final FlatParameters parameters;
    private final Tensors tensors;
    private final NDManager manager;
    private final Script script;
    private final NDArray flat;
    private final NDList sums = new NDList();
    private final Map<Parameter, NDArray> byParameter = new IdentityHashMap<>();

    GradientBuffer(FlatParameters parameters, Tensors tensors) {
        this.parameters = parameters;
        this.tensors = tensors;
        this.manager = NDManager.newBaseManager(tensors.device(), "PyTorch");
        this.script = Script.load(tensors.device(), GradientBuffer.class, Map.of(), "GradientBuffer.py");
        this.flat = manager.zeros(new Shape(parameters.elements()));
        for (int i = 0; i < parameters.parameters().size(); i++) {
            NDArray sum = parameters.part(manager, flat, i);
            sums.add(sum);
            byParameter.put(parameters.parameters().get(i), sum);
        }
    }

    /** Adds a gradient in any type to the parameter's sum. */
    @Override
    public void accept(Parameter parameter, NDArray gradient) {
        NDArray sum = byParameter.get(parameter);
        if (sum == null) {
            throw new IllegalStateException("Cannot add the gradient of " + parameter.name() + ": it is not trained");
        }
        tensors.add(manager, sum, gradient);
    }

    /** The sums, in the order of the parameters: views of {@link #flat}. */
    NDList sums() {
        return sums;
    }

    /** All sums, float32 [elements]. */
    NDArray flat() {
        return flat;
    }

    void clear() {
        call("clear", tensors.noParameters().get(0)).close();
    }

    /** The 2-norms of the sums, one for each parameter; added up in one order whatever the device. */
    double[] norms() {
        float[] blocks;
        try (NDArray norms = call("norms", tensors.noParameters().get(0))) {
            blocks = norms.toFloatArray();
        }
        double[] norms = new double[sums.size()];
        for (int i = 0; i < norms.length; i++) {
            double square = 0;
            long end = parameters.offset(i + 1) / FlatParameters.ALIGNMENT;
            for (long block = parameters.offset(i) / FlatParameters.ALIGNMENT; block < end; block++) {
                square += (double) blocks[(int) block] * blocks[(int) block];
            }
            norms[i] = Math.sqrt(square);
        }
        return norms;
    }

    void scale(double factor) {
        try (NDArray value = manager.create((float) factor)) {
            call("scale", value).close();
        }
    }

    /** Replaces the sums by their sums over all workers. */
    void sumOver(GradientExchange exchange) {
        if (exchange.worldSize() == 1) {
            return;
        }
        for (long from = 0; from < parameters.elements(); from += MOST) {
            try (NDArray part = tensors.part(manager, flat, from, Math.min(MOST, parameters.elements() - from))) {
                ByteBuffer values = part.toByteBuffer(true).order(ByteOrder.LITTLE_ENDIAN);
                exchange.sum(values);
                if (!values.isDirect() || tensors.device().isGpu()) {
                    try (NDArray summed = manager.create(values.rewind(), part.getShape(), DataType.FLOAT32)) {
                        tensors.assign(manager, part, summed);
                    }
                }
            }
        }
    }

    private NDArray call(String method, NDArray input) {
        return script.call(manager, method, new NDList(input), new NDList(flat)).get(0);
    }

    @Override
    public void close() {
        script.close();
        manager.close();
    }
}
