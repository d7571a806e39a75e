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
 * How far an adapter has moved the model: KL(policy || base) of the next token, exact over the vocabulary, as a mean over
 * the answers' tokens, in nats.
 */
final class BaseDivergence {
    static final String METRIC = "kl";

    private BaseDivergence() {}

    /** @param hidden the policy's last hidden states of the batch [T, D] */
    static void add(VisionLanguageModel model, NDManager scope, NDArray hidden, PackedBatch batch, MetricSums metrics) {
        long[] sources = answerSources(batch);
        if (sources.length == 0) {
            return;
        }
        try (Tape tape = Tape.inference(scope, Weights.BASE)) {
            NDArray base = model.hidden(tape, batch);
            NDList inputs = new NDList(hidden, tape.scope().create(sources), base);
            float[] kl = model.text()
                    .head()
                    .call(tape.scope(), Weights.ADAPTED, "divergence", inputs)
                    .get(0)
                    .toFloatArray();
            metrics.add(
                    METRIC,
                    IntStream.range(0, kl.length).mapToDouble(i -> kl[i]).sum(),
                    kl.length);
        }
    }

    private static long[] answerSources(PackedBatch batch) {
        long prompts = 2L * batch.samples().size();
        return IntStream.range(0, batch.sources().length)
                .filter(i -> batch.answers()[i] < prompts)
                .mapToLong(i -> batch.sources()[i])
                .toArray();
    }
}
