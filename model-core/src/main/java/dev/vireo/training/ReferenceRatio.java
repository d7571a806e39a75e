// SPDX-License-Identifier: Apache-2.0
package dev.vireo.training;

import ai.djl.ndarray.NDArray;
import dev.vireo.batch.PackedBatch;
import dev.vireo.batch.Sample;
import dev.vireo.objective.MetricSums;

/**
 * The sampled estimate of the divergence from the reference: the mean over the answers' tokens of log p(token) - log
 * q(token), p the policy and q the reference, in nats. It is Schulman's k1 ("Approximating KL divergence", 2020) on the
 * data's tokens, and costs nothing where an objective has both.
 *
 * <p>Of answers that p wrote, its mean is KL(p || q). The data's answers were written by others (d): its mean is KL(d || q) -
 * KL(d || p), how much nearer to the data the policy is than the reference; negative where training makes the answers less
 * likely, as rejected ones are made. It bounds KL(p || q) neither way.
 */
final class ReferenceRatio {
    static final String METRIC = "kl/reference";

    private ReferenceRatio() {}

    /**
     * Adds the log-ratios of a batch's answers.
     *
     * @param logps float32 [M], nats
     */
    static void add(NDArray logps, PackedBatch batch, ReferenceLogProbs reference, MetricSums metrics) {
        float[] each = logps.toFloatArray();
        long[] answers = batch.answers();
        long prompts = 2L * batch.samples().size();
        double sum = 0;
        long tokens = 0;
        for (int i = 0; i < each.length; i++) {
            if (answers[i] < prompts) {
                sum += each[i];
                tokens++;
            }
        }
        for (Sample row : batch.samples()) {
            ReferenceLogProbs.Sums expected = reference.of(row.rowId());
            sum -= expected.chosen() + expected.rejected();
        }
        metrics.add(METRIC, sum, tokens);
    }
}
