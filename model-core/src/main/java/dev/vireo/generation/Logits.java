// SPDX-License-Identifier: Apache-2.0
package dev.vireo.generation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import dev.vireo.model.VisionLanguageModel;
import dev.vireo.nn.Block.Weights;

/** What the head says about the next token of some sequences, on the host. */
final class Logits {
    private final float[] values;
    private final float[] logSums;
    private final int vocabulary;

    /**
     * @param values [n, V], sequence after sequence
     * @param logSums log-sum-exp of each sequence's logits, plain and at the temperature [n, 2]
     */
    Logits(float[] values, float[] logSums) {
        this.values = values;
        this.logSums = logSums;
        this.vocabulary = values.length / (logSums.length / 2);
    }

    /** @param hidden [n, D] */
    static Logits of(VisionLanguageModel model, NDManager scope, NDArray hidden, double temperature) {
        NDArray divisor = scope.create(new float[] {temperature > 0 ? (float) temperature : 1});
        NDList out = model.text().head().call(scope, Weights.ADAPTED, "next", new NDList(hidden, divisor));
        return new Logits(out.get(0).toFloatArray(), out.get(1).toFloatArray());
    }

    int vocabulary() {
        return vocabulary;
    }

    float logit(int sequence, int token) {
        return values[sequence * vocabulary + token];
    }

    /** log p(token | sequence), nats. */
    double logProb(int sequence, int token) {
        return (double) logit(sequence, token) - logSums[2 * sequence];
    }

    /** Log of the sum of exp(logit / temperature). */
    double temperedLogSum(int sequence) {
        return logSums[2 * sequence + 1];
    }

    boolean isFinite(int sequence) {
        return Float.isFinite(logSums[2 * sequence]);
    }
}
