// SPDX-License-Identifier: Apache-2.0
package dev.vireo.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.vireo.adapter.LoraAdapter;
import dev.vireo.batch.Sample;
import dev.vireo.model.Golden;
import dev.vireo.model.GoldenModels;
import dev.vireo.model.VisionLanguageModel;
import dev.vireo.nn.GraphMemory;
import dev.vireo.objective.Divergence;
import dev.vireo.objective.Dpo;
import dev.vireo.objective.DpoOptions;
import dev.vireo.objective.DpoOptions.Weighting;
import dev.vireo.objective.PairLoss;
import dev.vireo.tensor.Precision;
import java.util.List;
import org.junit.jupiter.api.Test;

/** One step of a tiny model with each of TRL's losses: loss and gradient norm of TRL's own trainer. */
class DpoLossesTest {
    private static final double RELATIVE = 2e-4;
    private static final AdamWSettings NO_CLIPPING = new AdamWSettings(0.9, 0.999, 1e-8, 0, 0);

    @Test
    void lossAndGradientNormEqualTrls() {
        Golden golden = Golden.of("llavanext-tiny");
        JsonObject table = golden.json("dpo-losses.json").getAsJsonObject();
        List<Sample> rows = table.getAsJsonArray("rows").asList().stream()
                .map(id -> golden.row(id.getAsString()))
                .toList();
        try (VisionLanguageModel model = GoldenModels.load(golden, Precision.FP32);
                LoraAdapter adapter =
                        GoldenAdapter.attach(golden, model, table.get("adapter").getAsString())) {
            for (JsonElement each : table.getAsJsonArray("losses")) {
                JsonObject expected = each.getAsJsonObject();
                Dpo objective = objective(expected);
                try (Replica replica = new Replica(
                        model,
                        adapter.parameters(),
                        objective,
                        GoldenReference.base(golden),
                        NO_CLIPPING,
                        new GraphMemory(Long.MAX_VALUE, 4))) {
                    BatchTotals totals = GoldenRun.totals(List.of(rows), objective, model.imageTokenId());
                    StepResult result =
                            replica.step(new StepInput(List.of(rows), totals, 0), GradientExchange.single());
                    assertNear(expected, "loss", result.loss());
                    assertNear(expected, "grad_norm", result.gradNorm());
                }
            }
        }
    }

    private static void assertNear(JsonObject expected, String key, double actual) {
        double value = expected.get(key).getAsDouble();
        assertThat(actual)
                .as(expected.get("loss_type").getAsString() + " " + key)
                .isCloseTo(value, within(RELATIVE * value));
    }

    private static Dpo objective(JsonObject expected) {
        String label = expected.get("loss_type").getAsString();
        String name = label.contains("/") ? label.substring(0, label.indexOf('/')) : label;
        String option = label.contains("/") ? label.substring(label.indexOf('/') + 1) : "";
        List<Dpo.Weighted> losses = name.contains("+")
                ? List.of(
                        new Dpo.Weighted(PairLoss.SIGMOID, 0.8),
                        new Dpo.Weighted(PairLoss.BCO_PAIR, 0.2),
                        new Dpo.Weighted(PairLoss.SFT, 1))
                : List.of(new Dpo.Weighted(PairLoss.named(name).orElseThrow(), 1));
        Divergence divergence =
                switch (option) {
                    case "forward_kl" -> Divergence.FORWARD_KL;
                    case "js_divergence" -> Divergence.JS;
                    case "alpha_divergence" -> Divergence.ALPHA;
                    default -> Divergence.REVERSE_KL;
                };
        return new Dpo(
                expected.get("beta").getAsDouble(),
                losses,
                new DpoOptions(
                        divergence,
                        0.5,
                        expected.get("label_smoothing").getAsDouble(),
                        0.05,
                        option.startsWith("ld_alpha") ? 0.5 : 1,
                        option.equals("weighted") ? Weighting.WPO : Weighting.NONE,
                        0));
    }
}
