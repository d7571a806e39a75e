// SPDX-License-Identifier: Apache-2.0
package dev.vireo.merging;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import dev.vireo.checkpoint.CheckpointMismatchException;
import dev.vireo.checkpoint.HostTensor;
import dev.vireo.checkpoint.LoraPair;
import dev.vireo.checkpoint.StoredType;
import dev.vireo.tensor.ElementType;
import dev.vireo.tensor.Script;
import dev.vireo.tensor.Tensors;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** Sums of products of adapters' factors, on the CPU. Results are float32 in host memory, with scale 1. */
final class LowRank implements AutoCloseable {
    private final Tensors tensors = new Tensors(Device.cpu());
    private final Script script = Script.load(Device.cpu(), LowRank.class, Map.of(), "LowRank.py");
    private final NDManager own = NDManager.newBaseManager(Device.cpu(), "PyTorch");

    /**
     * One product of a sum.
     *
     * @param weight w
     * @param scale s
     */
    record Term(LoraPair pair, double weight, double scale) {
        double factor() {
            return weight * scale;
        }
    }

    LoraPair exact(List<Term> terms) {
        try (NDManager scope = own.newSubManager()) {
            return pair(scope, "exact", inputs(scope, terms, numbers(scope, terms, Term::factor)));
        }
    }

    LoraPair linear(List<Term> terms) {
        try (NDManager scope = own.newSubManager()) {
            NDArray a = numbers(scope, terms, term -> Math.signum(term.factor()) * Math.sqrt(Math.abs(term.factor())));
            NDArray b = numbers(scope, terms, term -> Math.sqrt(Math.abs(term.factor())));
            return pair(scope, "linear", inputs(scope, terms, a, b));
        }
    }

    LoraPair cat(List<Term> terms) {
        try (NDManager scope = own.newSubManager()) {
            NDArray weights = numbers(scope, terms, Term::weight);
            return pair(scope, "cat", inputs(scope, terms, weights, numbers(scope, terms, Term::scale)));
        }
    }

    /** @param loraRank at most the sum of the terms' ranks, and their number of inputs and outputs */
    LoraPair svd(List<Term> terms, int loraRank) {
        try (NDManager scope = own.newSubManager()) {
            NDArray k = Tensors.host(scope, new long[] {loraRank});
            return pair(scope, "svd", inputs(scope, terms, numbers(scope, terms, Term::factor), k));
        }
    }

    /** The Frobenius norm of the sum. */
    double norm(List<Term> terms) {
        try (NDManager scope = own.newSubManager()) {
            NDList inputs = inputs(scope, terms, numbers(scope, terms, Term::factor));
            return script.call(scope, "norm", inputs, tensors.noParameters())
                    .get(0)
                    .getDouble();
        }
    }

    /** The Frobenius norm of a tensor. */
    double norm(HostTensor tensor) {
        try (NDManager scope = own.newSubManager()) {
            NDList input = new NDList(view(scope, tensor));
            return script.call(scope, "length", input, tensors.noParameters())
                    .get(0)
                    .getDouble();
        }
    }

    private static NDArray numbers(NDManager scope, List<Term> terms, ToDoubleFunction<Term> number) {
        return Tensors.host(scope, terms.stream().mapToDouble(number).toArray());
    }

    private NDList inputs(NDManager scope, List<Term> terms, NDArray... numbers) {
        NDList inputs = new NDList(numbers);
        for (Term term : terms) {
            inputs.add(view(scope, term.pair().a()));
            inputs.add(view(scope, term.pair().b()));
        }
        return inputs;
    }

    private NDArray view(NDManager scope, HostTensor tensor) {
        return tensors.view(scope, tensor.bytes(), type(tensor), tensor.shape());
    }

    private static ElementType type(HostTensor tensor) {
        return tensor.type()
                .floating()
                .orElseThrow(() -> new CheckpointMismatchException(
                        "Cannot compute with an adapter's " + tensor + " (expected F32, BF16, F16 or F64)"));
    }

    private LoraPair pair(NDManager scope, String method, NDList inputs) {
        NDList made = script.call(scope, method, inputs, tensors.noParameters());
        HostTensor a = toHost(scope, made.get(0));
        return new LoraPair(a, toHost(scope, made.get(1)), a.shape()[0]);
    }

    private HostTensor toHost(NDManager scope, NDArray made) {
        return HostTensor.of(StoredType.F32, made.getShape().getShape(), ByteBuffer.wrap(tensors.bytes(scope, made)));
    }

    @Override
    public void close() {
        own.close();
        script.close();
        tensors.close();
    }
}
