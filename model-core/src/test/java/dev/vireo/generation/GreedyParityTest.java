// SPDX-License-Identifier: Apache-2.0
package dev.vireo.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.vireo.batch.Sample;
import dev.vireo.model.Golden;
import dev.vireo.model.GoldenModels;
import dev.vireo.model.Measured;
import dev.vireo.model.VisionLanguageModel;
import dev.vireo.tensor.Precision;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Greedy answers against transformers 5.23. The smallest margin between the best two logits in these files is 3e-4; rounding
 * moves a logit by a millionth of the largest, so that ids must be equal.
 */
@Tag("gpu")
class GreedyParityTest {
    private static final int NEW_TOKENS = 24;
    /** Nats, for a token; another order of sums explains 1e-5. */
    private static final double TOKEN_LOGP = 1e-4;

    @ParameterizedTest
    @MethodSource("dev.vireo.model.Golden#names")
    void answersEqualThoseOfTransformersRowByRow(String name) {
        Golden golden = Golden.of(name);
        try (VisionLanguageModel model = GoldenModels.load(golden, Precision.FP32)) {
            var generator = new Generator(model, golden.endIds());
            for (JsonElement each : golden.json("greedy.json").getAsJsonArray()) {
                JsonObject expected = each.getAsJsonObject();
                Sample row = golden.row(expected.get("row_id").getAsString());
                Candidate made =
                        generator.generate(row, Sampling.greedy(NEW_TOKENS)).get(0);
                requireEqual(made, expected, golden.endIds());
                Measured.difference(name, "generate", Math.abs(made.logp() - logp(expected)) / made.ids().length);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("dev.vireo.model.Golden#names")
    void rowsGeneratedTogetherDoNotSeeEachOther(String name) {
        Golden golden = Golden.of(name);
        List<JsonObject> expected = new ArrayList<>();
        golden.json("greedy.json").getAsJsonArray().forEach(each -> expected.add(each.getAsJsonObject()));
        List<Sample> rows = expected.stream()
                .map(each -> golden.row(each.get("row_id").getAsString()))
                .toList();
        try (VisionLanguageModel model = GoldenModels.load(golden, Precision.FP32)) {
            var together = new Generator(model, golden.endIds()).generate(rows, Sampling.greedy(NEW_TOKENS));
            for (int row = 0; row < rows.size(); row++) {
                assertThat(together.get(row)).hasSize(1);
                requireEqual(together.get(row).get(0), expected.get(row), golden.endIds());
            }
        }
    }

    private static void requireEqual(Candidate actual, JsonObject expected, Set<Integer> endIds) {
        int[] ids = Golden.ints(expected.getAsJsonArray("ids"));
        String row = expected.get("row_id").getAsString();
        assertThat(actual.ids()).as(row).isEqualTo(ids);
        assertThat(actual.logp()).as(row).isCloseTo(logp(expected), within(ids.length * TOKEN_LOGP));
        boolean stopped = endIds.contains(ids[ids.length - 1]);
        assertThat(actual.finishReason()).isEqualTo(stopped ? "stop" : "length");
    }

    private static double logp(JsonObject expected) {
        double logp = 0;
        for (JsonElement token : expected.getAsJsonArray("logps")) {
            logp += token.getAsDouble();
        }
        return logp;
    }
}
