// SPDX-License-Identifier: Apache-2.0
package dev.vireo.objective;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import dev.vireo.tensor.Script;
import dev.vireo.tensor.Tensors;

/** An objective's script, compiled for a device. */
public final class LossBlock implements AutoCloseable {
    private final Objective objective;
    private final Script script;
    private final Tensors tensors;

    public LossBlock(Objective objective, Tensors tensors) {
        this.objective = objective;
        this.tensors = tensors;
        this.script = Script.load(
                tensors.device(), LossBlock.class, objective.attributes(), "Answers.py", objective.script());
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
        NDList out = script.call(scope, "forward", inputs, tensors.noParameters());
        try (NDArray rows = out.get(1);
                NDArray nll = out.get(2);
                NDArray loss = out.get(0)) {
            objective.report(table(rows), nll.getFloat(), sums);
            sums.add("nll_loss", nll.getFloat(), nllTokens(inputs.get(3)));
            return loss.getFloat();
        }
    }

    /** The gradient of that loss with respect to {@code logps}, float32 [M]. */
    public NDArray gradient(NDManager scope, NDList inputs) {
        try (NDArray one = scope.create(1f);
                NDArray wants = Tensors.host(scope, new long[] {1, 0})) {
            var arguments = new NDList(one, wants);
            arguments.addAll(inputs);
            return script.callRecording(scope, "vjp", arguments, tensors.noParameters())
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
        script.close();
    }
}
