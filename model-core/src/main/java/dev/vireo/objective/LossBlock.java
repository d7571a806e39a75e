// SPDX-License-Identifier: Apache-2.0
package dev.vireo.objective;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import dev.vireo.tensor.Script;
import dev.vireo.tensor.Tensors;
import java.util.List;

/** An objective's scripts, compiled for a device. */
public final class LossBlock implements AutoCloseable {
    private final Objective objective;
    private final List<Term> terms;
    private final Tensors tensors;

    private record Term(Script script, double weight) {}

    public LossBlock(Objective objective, Tensors tensors) {
        this.objective = objective;
        this.tensors = tensors;
        this.terms = objective.terms().stream()
                .map(term -> new Term(
                        Script.load(
                                tensors.device(),
                                LossBlock.class,
                                term.attributes(),
                                term.sources().toArray(String[]::new)),
                        term.weight()))
                .toList();
    }

    public Objective objective() {
        return objective;
    }

    /**
     * The loss of a micro-batch and what its logs want.
     *
     * @param inputs as the script's header says, {@code logps} first
     * @return the share of the global batch's loss, nats
     */
    public double evaluate(NDManager scope, NDList inputs, MetricSums sums) {
        double loss = 0;
        for (Term term : terms) {
            NDList out = term.script.call(scope, "forward", inputs, tensors.noParameters());
            try (NDArray share = out.get(0);
                    NDArray rows = out.get(1);
                    NDArray nll = out.get(2)) {
                loss += term.weight * share.getFloat();
                if (term == terms.get(0)) {
                    objective.report(table(rows), nll.getFloat(), sums);
                    sums.add("nll_loss", nll.getFloat(), nllTokens(inputs.get(3)));
                }
            }
        }
        return loss;
    }

    /** The gradient of that loss with respect to {@code logps}, float32 [M]. */
    public NDArray gradient(NDManager scope, NDList inputs) {
        NDArray sum = gradient(scope, inputs, terms.get(0));
        for (Term term : terms.subList(1, terms.size())) {
            try (NDArray more = gradient(scope, inputs, term)) {
                tensors.add(scope, sum, more);
            }
        }
        return sum;
    }

    private NDArray gradient(NDManager scope, NDList inputs, Term term) {
        try (NDArray weight = scope.create((float) term.weight);
                NDArray wants = Tensors.host(scope, new long[] {1, 0})) {
            var arguments = new NDList(weight, wants);
            arguments.addAll(inputs);
            return term.script
                    .callRecording(scope, "vjp", arguments, tensors.noParameters())
                    .get(0);
        }
    }

    private static double nllTokens(NDArray mask) {
        try (NDArray sum = mask.sum()) {
            return sum.getFloat();
        }
    }

    private static float[][] table(NDArray rows) {
        float[] flat = rows.toFloatArray();
        int n = (int) rows.getShape().get(0);
        int columns = (int) rows.getShape().get(1);
        float[][] table = new float[n][columns];
        for (int i = 0; i < n; i++) {
            System.arraycopy(flat, i * columns, table[i], 0, columns);
        }
        return table;
    }

    @Override
    public void close() {
        terms.forEach(term -> term.script.close());
    }
}
