// SPDX-License-Identifier: Apache-2.0
package dev.vireo.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.vireo.batch.Answer;
import dev.vireo.batch.PackedBatch;
import dev.vireo.batch.PackedBatch.PromptTargets;
import dev.vireo.batch.Sample;
import dev.vireo.nn.Block.Weights;
import dev.vireo.nn.Tape;
import dev.vireo.tensor.Precision;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The forward pass against transformers 5.23 in float32, on tiny random checkpoints. */
class ForwardParityTest {
    /** Share of the largest logit that rounding of another order of sums explains. */
    private static final double LOGITS = 1e-4;

    private static final double LOG_PROBS = 1e-4;

    @ParameterizedTest
    @ValueSource(strings = {"llava15-tiny", "llavanext-tiny", "llavanext-window", "llavanext-bf16-sharded"})
    void logitsEqualThoseOfTransformers(String name) {
        Golden golden = Golden.of(name);
        try (VisionLanguageModel model = GoldenModels.load(golden, Precision.FP32);
                NDManager scope = model.newScope()) {
            for (String key : golden.tensors("logits.safetensors").keySet()) {
                String[] parts = key.split("\\.");
                Sample row = golden.row(parts[0]);
                Answer answer = parts[1].equals("chosen") ? row.chosen() : row.rejected();
                float[] expected = golden.tensor("logits.safetensors", key);
                float[] actual = logits(model, scope, row.withAnswers(answer, Answer.none()));
                assertThat(actual).hasSameSizeAs(expected);
                assertThat(largestDifference(actual, expected))
                        .as(name + " " + key)
                        .isLessThan(LOGITS * largest(expected));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"llava15-tiny", "llavanext-tiny", "llavanext-window", "llavanext-bf16-sharded"})
    void answersScoreAsInTransformersThoughThePrefixIsShared(String name) {
        Golden golden = Golden.of(name);
        List<Sample> rows = golden.rows();
        try (VisionLanguageModel model = GoldenModels.load(golden, Precision.FP32);
                NDManager scope = model.newScope();
                Tape tape = Tape.inference(scope, Weights.BASE)) {
            PackedBatch batch = PackedBatch.of(rows, model.imageTokenId(), PromptTargets.IGNORED);
            float[] logps =
                    model.logProbs(tape, model.hidden(tape, batch), batch).toFloatArray();
            double[] sums = new double[2 * rows.size()];
            for (int i = 0; i < logps.length; i++) {
                sums[(int) batch.answers()[i]] += logps[i];
            }
            for (JsonElement each : golden.json("logps.json").getAsJsonArray()) {
                JsonObject expected = each.getAsJsonObject();
                int row = rows.indexOf(rows.stream()
                        .filter(r -> r.rowId().equals(expected.get("row_id").getAsString()))
                        .findFirst()
                        .orElseThrow());
                double chosen = expected.get("chosen_logps").getAsDouble();
                double rejected = expected.get("rejected_logps").getAsDouble();
                assertThat(sums[2 * row]).isCloseTo(chosen, within(LOG_PROBS * Math.abs(chosen)));
                assertThat(sums[2 * row + 1]).isCloseTo(rejected, within(LOG_PROBS * Math.abs(rejected)));
            }
        }
    }

    private static float[] logits(VisionLanguageModel model, NDManager scope, Sample row) {
        try (Tape tape = Tape.inference(scope, Weights.BASE)) {
            PackedBatch batch = PackedBatch.of(List.of(row), model.imageTokenId(), PromptTargets.IGNORED);
            NDArray hidden = model.hidden(tape, batch);
            NDArray all = scope.create(LongStream.range(0, batch.size()).toArray());
            return model.text()
                    .head()
                    .call(scope, Weights.BASE, "scores", new NDList(hidden, all))
                    .get(0)
                    .toFloatArray();
        }
    }

    private static double largest(float[] values) {
        double largest = 0;
        for (float value : values) {
            largest = Math.max(largest, Math.abs(value));
        }
        return largest;
    }

    private static double largestDifference(float[] a, float[] b) {
        double largest = 0;
        for (int i = 0; i < a.length; i++) {
            largest = Math.max(largest, Math.abs(a[i] - b[i]));
        }
        return largest;
    }
}
