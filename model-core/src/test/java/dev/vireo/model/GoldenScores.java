// SPDX-License-Identifier: Apache-2.0
package dev.vireo.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.vireo.batch.Answer;
import dev.vireo.batch.PackedBatch;
import dev.vireo.batch.PackedBatch.PromptTargets;
import dev.vireo.batch.Sample;
import dev.vireo.nn.Block.Weights;
import dev.vireo.nn.Tape;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** Compares what a model computes in float32 with golden logits and log-probabilities. */
public final class GoldenScores {
    /** Share of the largest logit that rounding of another order of sums explains. */
    private static final double LOGITS = 1e-4;

    private static final double LOG_PROBS = 1e-4;

    private GoldenScores() {}

    /** A row with one answer, as a batch from whose tokens everything but images is predicted. */
    private static PackedBatch batch(VisionLanguageModel model, Sample row) {
        return PackedBatch.of(List.of(row), model.imageTokenId(), PromptTargets.SCORED);
    }

    /** Places whose logits the model computes, from the first on that predicts a scored token. */
    private static int[] places(PackedBatch batch) {
        long[] segments = batch.segments();
        return IntStream.range(0, segments.length / 4)
                .flatMap(i -> IntStream.range((int) batch.queries()[i], (int) segments[4 * i + 1]))
                .toArray();
    }

    private static float[] rows(float[] all, int[] places, int width) {
        float[] rows = new float[places.length * width];
        for (int i = 0; i < places.length; i++) {
            System.arraycopy(all, places[i] * width, rows, i * width, width);
        }
        return rows;
    }

    /** Logits of a row's chosen answer and of what its prompt predicts, [Q, V]. */
    public static float[] logits(VisionLanguageModel model, Sample row) {
        return logits(model, batch(model, row.withAnswers(row.chosen(), Answer.none())), Weights.BASE);
    }

    /** Logits of a row with one answer at its {@link #places}, [Q, V]. */
    private static float[] logits(VisionLanguageModel model, PackedBatch batch, Weights weights) {
        try (NDManager scope = model.newScope();
                Tape tape = Tape.inference(scope, weights)) {
            NDArray hidden = model.hidden(tape, batch);
            NDArray all =
                    scope.create(LongStream.range(0, hidden.getShape().get(0)).toArray());
            return model.text()
                    .head()
                    .call(scope, weights, "scores", new NDList(hidden, all))
                    .get(0)
                    .toFloatArray();
        }
    }

    /** Asserts the logits of every entry of a golden file. */
    public static void assertLogits(VisionLanguageModel model, Golden golden, String file, Weights weights) {
        for (String key : golden.tensors(file).keySet()) {
            String[] parts = key.split("\\.");
            Sample row = golden.row(parts[0]);
            Answer answer = parts[1].equals("chosen") ? row.chosen() : row.rejected();
            float[] all = golden.tensor(file, key);
            PackedBatch batch = batch(model, row.withAnswers(answer, Answer.none()));
            assertThat(places(batch)).hasSizeGreaterThan(answer.length());
            float[] expected = rows(all, places(batch), all.length / batch.size());
            float[] actual = logits(model, batch, weights);
            assertThat(actual).hasSameSizeAs(expected);
            double difference = largestDifference(actual, expected) / largest(expected);
            assertThat(difference).as(file + " " + key).isLessThan(LOGITS);
            Measured.difference(golden.name(), "logits", difference);
        }
    }

    /** Asserts the answers' log-probability sums of every entry of a golden file, all rows in one packed batch. */
    public static void assertLogProbs(VisionLanguageModel model, Golden golden, String file, Weights weights) {
        JsonArray expected = golden.json(file).getAsJsonArray();
        List<Sample> rows = new ArrayList<>();
        expected.forEach(
                each -> rows.add(golden.row(each.getAsJsonObject().get("row_id").getAsString())));
        double[] sums = sums(model, rows, weights);
        int row = 0;
        for (JsonElement each : expected) {
            JsonObject one = each.getAsJsonObject();
            double chosen = one.get("chosen_logps").getAsDouble();
            double rejected = one.get("rejected_logps").getAsDouble();
            assertThat(sums[2 * row]).isCloseTo(chosen, within(LOG_PROBS * Math.abs(chosen)));
            assertThat(sums[2 * row + 1]).isCloseTo(rejected, within(LOG_PROBS * Math.abs(rejected)));
            Measured.difference(golden.name(), "log-probs", Math.abs(sums[2 * row] / chosen - 1));
            Measured.difference(golden.name(), "log-probs", Math.abs(sums[2 * row + 1] / rejected - 1));
            row++;
        }
    }

    /** Log-probability sums: chosen and rejected of the first row, of the second, and so on. */
    public static double[] sums(VisionLanguageModel model, List<Sample> rows, Weights weights) {
        try (NDManager scope = model.newScope();
                Tape tape = Tape.inference(scope, weights)) {
            PackedBatch batch = PackedBatch.of(rows, model.imageTokenId(), PromptTargets.IGNORED);
            float[] logps =
                    model.logProbs(tape, model.hidden(tape, batch), batch).toFloatArray();
            double[] sums = new double[2 * rows.size()];
            for (int i = 0; i < logps.length; i++) {
                sums[(int) batch.answers()[i]] += logps[i];
            }
            return sums;
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
