// SPDX-License-Identifier: Apache-2.0
package dev.vireo.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.vireo.batch.Answer;
import dev.vireo.batch.Sample;
import dev.vireo.model.Golden;
import dev.vireo.model.GoldenModels;
import dev.vireo.model.VisionLanguageModel;
import dev.vireo.nn.Block.Weights;
import dev.vireo.tensor.Precision;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("gpu")
class SequenceScoresTest {
    /** Nats, for a token; correct implementations in float32 differ by 1e-5. */
    private static final double TOKEN_LOGP = 5e-5;

    @ParameterizedTest
    @MethodSource("dev.vireo.model.Golden#names")
    void sumsEqualThoseOfTransformers(String name) {
        Golden golden = Golden.of(name);
        List<JsonObject> expected = new ArrayList<>();
        golden.json("logps.json").getAsJsonArray().forEach((JsonElement each) -> expected.add(each.getAsJsonObject()));
        List<Sample> rows = expected.stream()
                .map(each -> golden.row(each.get("row_id").getAsString()))
                .toList();
        try (VisionLanguageModel model = GoldenModels.load(golden, Precision.FP32)) {
            List<PairScore> scores = new SequenceScores(model, Weights.BASE).of(rows);
            for (int i = 0; i < rows.size(); i++) {
                PairScore score = scores.get(i);
                assertThat(score.chosenTokens()).isEqualTo(rows.get(i).chosen().length());
                assertThat(score.chosenLogps())
                        .isCloseTo(
                                expected.get(i).get("chosen_logps").getAsDouble(),
                                within(TOKEN_LOGP * score.chosenTokens()));
                assertThat(score.rejectedLogps())
                        .isCloseTo(
                                expected.get(i).get("rejected_logps").getAsDouble(),
                                within(TOKEN_LOGP * score.rejectedTokens()));
            }
        }
    }

    @Test
    void rowsWithoutAnswersScoreNothing() {
        Golden golden = Golden.of("llava15-tiny");
        try (VisionLanguageModel model = GoldenModels.load(golden, Precision.FP32)) {
            var scores = new SequenceScores(model, Weights.ADAPTED);
            Sample bare = golden.row("plain").withAnswers(Answer.none(), Answer.none());
            assertThat(scores.of(List.of(bare))).containsExactly(new PairScore(0, 0, 0, 0, 0, 0));
            assertThat(scores.of(List.of())).isEmpty();
        }
    }
}
