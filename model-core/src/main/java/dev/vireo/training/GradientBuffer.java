// SPDX-License-Identifier: Apache-2.0
package dev.vireo.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import dev.vireo.nn.GradientSink;
import dev.vireo.nn.Parameter;
import dev.vireo.tensor.Script;
import dev.vireo.tensor.Tensors;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/** The float32 sums of an optimizer step's gradients, over micro-batches first, then over workers. */
final class GradientBuffer implements GradientSink, AutoCloseable {
    /** Elements that are exchanged at once: large enough for the network, small beside the model. */
    private static final int CHUNK = 1 << 22;

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

    /** Replaces the sums by their sums over all workers, some of them at a time. */
    void sumOver(GradientExchange exchange) {
        if (exchange.worldSize() == 1) {
            return;
        }
        int from = 0;
        while (from < sums.size()) {
            int to = from;
            long elements = 0;
            do {
                elements += sums.get(to++).size();
            } while (to < sums.size() && elements + sums.get(to).size() <= CHUNK);
            exchange(exchange, from, to, Math.toIntExact(elements));
            from = to;
        }
    }

    private void exchange(GradientExchange exchange, int from, int to, int elements) {
        float[] values = new float[elements];
        int at = 0;
        for (int i = from; i < to; i++) {
            float[] part = sums.get(i).toFloatArray();
            System.arraycopy(part, 0, values, at, part.length);
            at += part.length;
        }
        exchange.sum(values);
        at = 0;
        for (int i = from; i < to; i++) {
            float[] part = new float[(int) sums.get(i).size()];
            System.arraycopy(values, at, part, 0, part.length);
            sums.get(i).set(part);
            at += part.length;
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
