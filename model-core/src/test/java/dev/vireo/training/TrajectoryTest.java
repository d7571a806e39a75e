// SPDX-License-Identifier: Apache-2.0
package dev.vireo.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonObject;
import dev.vireo.adapter.LoraAdapter;
import dev.vireo.batch.Sample;
import dev.vireo.model.Golden;
import dev.vireo.model.GoldenModels;
import dev.vireo.model.Measured;
import dev.vireo.model.VisionLanguageModel;
import dev.vireo.nn.GraphMemory;
import dev.vireo.nn.Parameter;
import dev.vireo.objective.Objective;
import dev.vireo.tensor.Precision;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Eight optimizer steps with large learning rates against TRL (DPO) and TRL's formulas in the Trainer's step (ORPO, SFT). */
@Tag("gpu")
class TrajectoryTest {
    private static final double LOSS = 1e-4;
    private static final double METRIC = 1e-3;
    private static final double NORM = 1e-3;
    /** Distance to the reference's final adapter as a share of the adapter's norm. */
    private static final double ADAPTER = 1e-3;

    @ParameterizedTest
    @CsvSource({
        "llavanext-tiny, dpo-linear",
        "llavanext-tiny, dpo-cosine-accumulated",
        "llavanext-tiny, dpo-constant-base",
        "llavanext-tiny, dpo-everything",
        "llava15-tiny, dpo-linear",
        "llavanext-tiny, orpo-completion",
        "llava15-tiny, orpo-completion",
        "llavanext-tiny, orpo-all",
        "llavanext-tiny, orpo-everything",
        "llavanext-tiny, sft",
        "llavanext-tiny, orpo-dora-plus",
        "llava15-tiny, sft",
        "onevision-tiny, dpo-linear",
        "onevision-tiny, orpo-completion",
        "onevision-tiny, sft",
        "paligemma-tiny, dpo-linear",
        "paligemma-tiny, orpo-completion",
        "paligemma-tiny, sft",
        "idefics2-tiny, dpo-linear",
        "idefics2-tiny, orpo-completion",
        "idefics2-tiny, sft",
        "idefics3-tiny, dpo-linear",
        "idefics3-tiny, orpo-completion",
        "idefics3-tiny, sft",
        "smolvlm-tiny, dpo-linear",
        "smolvlm-tiny, orpo-completion",
        "smolvlm-tiny, sft",
    })
    void lossesAndFinalAdapterEqualTheReference(String name, String label) {
        Golden golden = Golden.of(name);
        GoldenRun run = new GoldenRun(golden, label);
        Objective objective =
                label.equals("orpo-all") ? GoldenRun.objective(label, run.number("beta")) : run.objective();
        try (VisionLanguageModel model = GoldenModels.load(golden, Precision.FP32);
                LoraAdapter attached = GoldenAdapter.attach(golden, model, run.text("adapter"))) {
            List<Parameter> parameters = attached.parameters();
            ReferenceLogProbs reference = run.text("reference").equals("base")
                    ? GoldenReference.base(golden)
                    : GoldenReference.start(golden, model);
            try (Replica replica = new Replica(
                    model, parameters, objective, reference, run.optimizer(), new GraphMemory(1 << 20, 4))) {
                for (int step = 0; step < run.steps(); step++) {
                    List<List<Sample>> rows = run.microBatches(step);
                    BatchTotals totals = GoldenRun.totals(rows, objective, model.imageTokenId());
                    StepResult result = replica.step(
                            new StepInput(rows, totals, run.learningRate().at(step)), GradientExchange.single());
                    assertStep(run.expected(step), result, run.learningRate().at(step), label + " step " + step);
                    double loss = run.expected(step).get("loss").getAsDouble();
                    Measured.difference(name, objective.name(), Math.abs(result.loss() - loss));
                }
                assertAdapter(golden, label, parameters);
            }
        }
    }

    private static void assertStep(JsonObject expected, StepResult result, double rate, String what) {
        assertThat(result.loss()).as(what).isCloseTo(expected.get("loss").getAsDouble(), within(LOSS));
        assertThat(rate).isCloseTo(expected.get("learning_rate").getAsDouble(), within(1e-12));
        assertThat(result.gradNorm())
                .as(what)
                .isCloseTo(expected.get("grad_norm").getAsDouble(), within(NORM * result.gradNorm()));
        for (var metric : result.metrics().entrySet()) {
            if (expected.has(metric.getKey())) {
                double value = expected.get(metric.getKey()).getAsDouble();
                assertThat(metric.getValue())
                        .as(what + " " + metric.getKey())
                        .isCloseTo(value, within(METRIC * Math.max(1, Math.abs(value))));
            }
        }
    }

    private static void assertAdapter(Golden golden, String label, List<Parameter> parameters) {
        String file = "trajectories/" + label + "/adapter/adapter_model.safetensors";
        double off = 0;
        double all = 0;
        for (Parameter parameter : parameters) {
            float[] expected = golden.tensor(file, parameter.name());
            off += Math.pow(FullTrainingTest.distance(parameter.master().toFloatArray(), expected), 2);
            all += Math.pow(FullTrainingTest.distance(new float[expected.length], expected), 2);
        }
        assertThat(Math.sqrt(off / all)).as(label).isLessThan(ADAPTER);
    }
}
