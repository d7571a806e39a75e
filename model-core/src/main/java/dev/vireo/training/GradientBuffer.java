// SPDX-License-Identifier: Apache-2.0
package dev.vireo.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import dev.vireo.nn.GradientSink;
import dev.vireo.nn.Parameter;
import dev.vireo.tensor.Script;
import dev.vireo.tensor.Tensors;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/** The float32 sums of an optimizer step's gradients, over micro-batches first, then over workers. */
final class GradientBuffer implements GradientSink, AutoCloseable {
    private final Tensors tensors;
    private final NDManager manager;
    private final Script script;
    private final NDList sums = new NDList();
    private final Map<Parameter, NDArray> byParameter = new IdentityHashMap<>();

    GradientBuffer(List<Parameter> parameters, Tensors tensors) {
        this.tensors = tensors;
        this.manager = NDManager.newBaseManager(tensors.device(), "PyTorch");
        this.script = Script.load(tensors.device(), GradientBuffer.class, Map.of(), "GradientBuffer.py");
        for (Parameter parameter : parameters) {
            NDArray sum = manager.zeros(parameter.master().getShape());
            sums.add(sum);
            byParameter.put(parameter, sum);
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

    /** The sums, in the order of the parameters. */
    NDList sums() {
        return sums;
    }

    void clear() {
        call("clear", tensors.noParameters().get(0)).close();
    }

    /** The 2-norm over all sums. */
    double norm() {
        try (NDArray norm = call("norm", tensors.noParameters().get(0))) {
            return norm.getFloat();
        }
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
        for (NDArray sum : sums) {
            ByteBuffer values = sum.toByteBuffer(true).order(ByteOrder.LITTLE_ENDIAN);
            exchange.sum(values);
            if (!values.isDirect() || tensors.device().isGpu()) {
                sum.set(values.rewind());
            }
        }
    }

    private NDArray call(String method, NDArray input) {
        return script.call(manager, method, new NDList(input), sums).get(0);
    }

    @Override
    public void close() {
        script.close();
        manager.close();
    }
}
