// SPDX-License-Identifier: Apache-2.0
package dev.vireo.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import dev.vireo.batch.PackedBatch;
import dev.vireo.model.VisionLanguageModel;
import dev.vireo.nn.Block.Weights;
import dev.vireo.nn.Tape;
import dev.vireo.objective.MetricSums;
import java.util.stream.IntStream;

/**
 * How far training has moved a model, and how sure it is: means over the answers' tokens, in nats, exact over the
 * vocabulary.
 *
 * <p>{@code kl} is KL(policy || base) of the next token. Evaluations take it over all rows. A training step takes it over
 * the first few rows of its first micro-batch: rows come in random order, so this estimates the mean over the data without
 * bias. It is the Rao-Blackwellised estimator (Amini, Vieira, Cotterell 2025, arXiv 2504.10637) on the data's answers: unlike
 * the sampled estimate of {@link ReferenceRatio} it is never negative. It costs a forward pass of the base on those rows.
 */
final class BaseDivergence {
    static final String METRIC = "kl";
    static final String ENTROPY = "entropy";

    private BaseDivergence() {}

    /**
     * Adds the divergence of a batch's rows.
     *
     * @param hidden the policy's last hidden states [T, D] of these rows, others may follow
     * @param batch those rows alone
     */
    static void add(
            VisionLanguageModel policy,
            BaseModel base,
            NDManager scope,
            NDArray hidden,
            PackedBatch batch,
            MetricSums metrics) {
        long[] sources = answerSources(batch);
        if (sources.length == 0) {
            return;
        }
        VisionLanguageModel compared = base.model();
        try (Tape tape = Tape.inference(scope, Weights.BASE)) {
            NDArray its = compared.hidden(tape, batch);
            add(METRIC, policy.divergence(tape.scope(), Weights.ADAPTED, hidden, compared, its, sources), metrics);
        }
    }

    /** Adds the entropy of the next token. */
    static void addEntropy(
            VisionLanguageModel model,
            NDManager scope,
            Weights weights,
            NDArray hidden,
            PackedBatch batch,
            MetricSums metrics) {
        long[] sources = answerSources(batch);
        if (sources.length == 0) {
            return;
        }
        NDList inputs = new NDList(hidden, scope.create(sources));
        add(ENTROPY, model.text().head().call(scope, weights, "entropy", inputs).get(0), metrics);
    }

    private static void add(String metric, NDArray values, MetricSums metrics) {
        float[] each = values.toFloatArray();
        metrics.add(
                metric,
                IntStream.range(0, each.length).mapToDouble(i -> each[i]).sum(),
                each.length);
    }

    private static long[] answerSources(PackedBatch batch) {
        long prompts = 2L * batch.samples().size();
        return IntStream.range(0, batch.sources().length)
                .filter(i -> batch.answers()[i] < prompts)
                .mapToLong(i -> batch.sources()[i])
                .toArray();
    }
}
