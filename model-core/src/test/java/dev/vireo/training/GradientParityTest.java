// SPDX-License-Identifier: Apache-2.0
package dev.vireo.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonObject;
import dev.vireo.adapter.LoraAdapter;
import dev.vireo.batch.Sample;
import dev.vireo.model.Golden;
import dev.vireo.model.GoldenModels;
import dev.vireo.model.VisionLanguageModel;
import dev.vireo.nn.GraphMemory;
import dev.vireo.nn.Parameter;
import dev.vireo.objective.Objective;
import dev.vireo.tensor.Precision;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Packed batches against the doubled, padded formulation: TRL's collator, transformers' models, PEFT's adapters and
 * autograd in float32. Every row's loss and every gradient of the adapter.
 */
@Tag("gpu")
class GradientParityTest {
    private static final double RELATIVE = 1e-4;
    /** Keeps every graph, or none. */
    private static final long KEEP = Long.MAX_VALUE;

    private static final AdamWSettings NO_CLIPPING = new AdamWSettings(0.9, 0.999, 1e-8, 0, 0);

    @ParameterizedTest
    @CsvSource({
        "llavanext-tiny, language, orpo-completion, 0",
        "llavanext-tiny, language, orpo-completion, " + KEEP,
        "llavanext-tiny, language, orpo-all, 0",
        "llavanext-tiny, language, dpo-base, 0",
        "llavanext-tiny, language, sft, 0",
        "llavanext-tiny, everything, orpo-completion, 0",
        "llavanext-tiny, everything, dpo-base, " + KEEP,
        "llavanext-tiny, dora, orpo-completion, 0",
        "llavanext-tiny, dora, orpo-completion, " + KEEP,
        "llava15-tiny, language, orpo-completion, " + KEEP,
        "llava15-tiny, language, orpo-all, 0",
        "llava15-tiny, language, dpo-base, 0",
        "llava15-tiny, language, sft, 0",
        "onevision-tiny, everything, orpo-completion, 0",
        "onevision-tiny, everything, orpo-all, " + KEEP,
        "onevision-tiny, everything, dpo-base, 0",
        "onevision-tiny, everything, sft, " + KEEP,
        "paligemma-tiny, everything, orpo-completion, 0",
        "paligemma-tiny, everything, dpo-base, " + KEEP,
        "paligemma-tiny, everything, sft, 0",
        "idefics2-tiny, everything, orpo-completion, 0",
        "idefics2-tiny, everything, dpo-base, " + KEEP,
        "idefics3-tiny, everything, orpo-completion, 0",
        "idefics3-tiny, everything, dpo-base, " + KEEP,
    })
    void lossAndGradientsEqualThoseOfTheDoubledBatch(String name, String adapter, String label, long budget) {
        Golden golden = Golden.of(name);
        JsonObject expected = golden.json("gradients/" + adapter + ".json").getAsJsonObject();
        Objective objective = GoldenRun.objective(label, expected.get("beta").getAsDouble());
        List<Sample> rows = new ArrayList<>();
        expected.getAsJsonArray("rows").forEach(id -> rows.add(golden.row(id.getAsString())));
        try (VisionLanguageModel model = GoldenModels.load(golden, Precision.FP32);
                LoraAdapter attached = GoldenAdapter.attach(golden, model, adapter)) {
            List<Parameter> parameters = attached.parameters();
            try (Replica replica = new Replica(
                    model,
                    parameters,
                    objective,
                    GoldenReference.base(golden),
                    NO_CLIPPING,
                    new GraphMemory(budget, 4))) {
                List<List<Sample>> micro = List.of(rows);
                BatchTotals totals = GoldenRun.totals(micro, objective, model.imageTokenId());
                StepResult result = replica.step(new StepInput(micro, totals, 0), GradientExchange.single());
                JsonObject wanted = expected.getAsJsonObject(label);
                assertMetrics(wanted, result);
                assertGradients(golden, adapter, label, parameters, replica);
            }
        }
    }

    private static void assertMetrics(JsonObject wanted, StepResult result) {
        double loss = wanted.get("loss").getAsDouble();
        assertThat(result.loss()).isCloseTo(loss, within(RELATIVE * loss));
        for (String metric : wanted.keySet()) {
            if (!metric.equals("loss")) {
                double value = wanted.get(metric).getAsDouble();
                assertThat(result.metrics()).containsKey(metric);
                assertThat(result.metrics().get(metric))
                        .as(metric)
                        .isCloseTo(value, within(RELATIVE * Math.max(1, Math.abs(value))));
            }
        }
    }

    private static void assertGradients(
            Golden golden, String adapter, String label, List<Parameter> parameters, Replica replica) {
        for (int i = 0; i < parameters.size(); i++) {
            String name = label + "/" + parameters.get(i).name();
            float[] expected = golden.tensor("gradients/" + adapter + ".safetensors", name);
            float[] actual = replica.gradients().get(i).toFloatArray();
            double off = FullTrainingTest.distance(actual, expected);
            double norm = FullTrainingTest.distance(new float[expected.length], expected);
            assertThat(off).as(name).isLessThanOrEqualTo(RELATIVE * norm + 1e-7);
        }
    }
}
