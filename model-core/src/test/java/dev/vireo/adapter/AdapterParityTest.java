// SPDX-License-Identifier: Apache-2.0
package dev.vireo.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.vireo.adapter.LoraAdapter.Use;
import dev.vireo.batch.Sample;
import dev.vireo.checkpoint.LoraVariant;
import dev.vireo.checkpoint.PeftAdapter;
import dev.vireo.model.Golden;
import dev.vireo.model.GoldenModels;
import dev.vireo.model.GoldenScores;
import dev.vireo.model.VisionLanguageModel;
import dev.vireo.nn.Block.Weights;
import dev.vireo.tensor.Precision;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Adapters that PEFT 0.21 wrote, and ours, against what PEFT computes with them. */
@Tag("gpu")
class AdapterParityTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({
        "llava15-tiny, language, TRAINED",
        "llava15-tiny, everything, FIXED",
        "llavanext-tiny, language, FIXED",
        "llavanext-tiny, everything, TRAINED",
        "llavanext-tiny, dora, TRAINED",
        "llavanext-tiny, dora, FIXED",
        "onevision-tiny, language, FIXED",
        "onevision-tiny, everything, TRAINED",
        "paligemma-tiny, language, TRAINED",
        "paligemma-tiny, everything, FIXED",
        "idefics2-tiny, language, FIXED",
        "idefics2-tiny, everything, TRAINED",
        "idefics3-tiny, everything, FIXED"
    })
    void adaptersOfPeftComputeWhatTheyDoThere(String name, String adapter, Use use) {
        Golden golden = Golden.of(name);
        String files = "adapters/" + adapter + "/";
        try (VisionLanguageModel model = GoldenModels.load(golden, Precision.FP32);
                LoraAdapter attached = LoraAdapter.attach(
                        model.adapterHost(), PeftAdapter.read(golden.path(files + "adapter")), use)) {
            assertThat(attached.modules()).isNotEmpty();
            GoldenScores.assertLogits(model, golden, files + "logits.safetensors", Weights.ADAPTED);
            GoldenScores.assertLogProbs(model, golden, files + "logps.json", Weights.ADAPTED);
            GoldenScores.assertLogits(model, golden, "logits.safetensors", Weights.BASE);
        }
    }

    @Test
    void adapterThatWentThroughOurFilesComputesTheSame() {
        Golden golden = Golden.of("llavanext-tiny");
        try (VisionLanguageModel model = GoldenModels.load(golden, Precision.FP32)) {
            PeftAdapter read = PeftAdapter.read(golden.path("adapters/everything/adapter"));
            try (LoraAdapter attached = LoraAdapter.attach(model.adapterHost(), read, Use.TRAINED)) {
                attached.toPeft("base").write(directory);
            }
            PeftAdapter again = PeftAdapter.read(directory);
            assertThat(again.pairs().keySet()).isEqualTo(read.pairs().keySet());
            read.pairs().forEach((module, pair) -> {
                assertThat(again.pairs().get(module).a().toFloats())
                        .isEqualTo(pair.a().toFloats());
                assertThat(again.pairs().get(module).b().toFloats())
                        .isEqualTo(pair.b().toFloats());
                assertThat(again.scale(module)).isEqualTo(2.0);
            });
            try (LoraAdapter attached = LoraAdapter.attach(model.adapterHost(), again, Use.FIXED)) {
                assertThat(attached.modules()).hasSize(34);
                GoldenScores.assertLogProbs(model, golden, "adapters/everything/logps.json", Weights.ADAPTED);
            }
        }
    }

    @Test
    void magnitudesRanksAndAlphasGoThroughOurFiles() {
        Golden golden = Golden.of("llavanext-tiny");
        try (VisionLanguageModel model = GoldenModels.load(golden, Precision.FP32)) {
            PeftAdapter read = PeftAdapter.read(golden.path("adapters/dora/adapter"));
            try (LoraAdapter attached = LoraAdapter.attach(model.adapterHost(), read, Use.TRAINED)) {
                attached.toPeft("base").write(directory);
            }
            PeftAdapter again = PeftAdapter.read(directory);
            assertThat(again.config().variant()).isEqualTo(new LoraVariant(true, true));
            String tower = "model.vision_tower.encoder.layers.0.mlp.fc1";
            assertThat(again.scale(tower)).isEqualTo(3 / Math.sqrt(2));
            read.pairs()
                    .forEach((module, pair) -> assertThat(
                                    again.pairs().get(module).magnitude().toFloats())
                            .isEqualTo(pair.magnitude().toFloats()));
            try (LoraAdapter attached = LoraAdapter.attach(model.adapterHost(), again, Use.FIXED)) {
                assertThat(attached.size()).isPositive();
                GoldenScores.assertLogProbs(model, golden, "adapters/dora/logps.json", Weights.ADAPTED);
            }
        }
    }

    @Test
    void freshMagnitudesAreTheWeightsLengthsAndChangeNothing() {
        Golden golden = Golden.of("llavanext-tiny");
        List<Sample> rows = List.of(golden.row("plain"), golden.row("text-only"));
        LoraSettings settings =
                new LoraSettings(4, 8, 0, "all-linear", new LoraVariant(false, true), java.util.Map.of());
        try (VisionLanguageModel model = GoldenModels.load(golden, Precision.FP32)) {
            double[] base = GoldenScores.sums(model, rows, Weights.BASE);
            try (LoraAdapter fresh = LoraAdapter.create(model.adapterHost(), settings, 1)) {
                double[] sums = GoldenScores.sums(model, rows, Weights.ADAPTED);
                for (int i = 0; i < sums.length; i++) {
                    assertThat(sums[i]).isCloseTo(base[i], within(1e-4 * Math.abs(base[i])));
                }
                // The tower's last layer is not computed, so nothing is loaded from which its magnitudes could start.
                assertThat(fresh.modules())
                        .hasSize(28)
                        .noneMatch(module -> module.startsWith("model.vision_tower.encoder.layers.2"));
                fresh.toPeft(null).write(directory);
            }
            assertThat(PeftAdapter.read(directory).pairs()).hasSize(28);
        }
    }

    @Test
    void closedOrDisabledOrFreshAdapterLeavesTheBaseModel() {
        Golden golden = Golden.of("llavanext-tiny");
        List<Sample> rows = List.of(golden.row("plain"), golden.row("text-only"));
        try (VisionLanguageModel model = GoldenModels.load(golden, Precision.FP32)) {
            double[] base = GoldenScores.sums(model, rows, Weights.BASE);
            try (LoraAdapter fresh =
                    LoraAdapter.create(model.adapterHost(), new LoraSettings(4, 8, 0, "all-linear"), 1)) {
                assertThat(GoldenScores.sums(model, rows, Weights.ADAPTED)).isEqualTo(base);
                assertThat(fresh.modules()).hasSize(34);
            }
            PeftAdapter read = PeftAdapter.read(golden.path("adapters/language/adapter"));
            try (LoraAdapter attached = LoraAdapter.attach(model.adapterHost(), read, Use.FIXED)) {
                assertThat(GoldenScores.sums(model, rows, Weights.ADAPTED)).isNotEqualTo(base);
                assertThat(GoldenScores.sums(model, rows, Weights.BASE)).isEqualTo(base);
                assertThat(attached.size()).isPositive();
            }
            assertThat(GoldenScores.sums(model, rows, Weights.ADAPTED)).isEqualTo(base);
        }
    }
}
