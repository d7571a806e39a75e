// SPDX-License-Identifier: Apache-2.0
package dev.vireo.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vireo.adapter.LoraAdapter.Use;
import dev.vireo.checkpoint.CheckpointMismatchException;
import dev.vireo.checkpoint.LoraPair;
import dev.vireo.checkpoint.LoraVariant;
import dev.vireo.checkpoint.ModelPart;
import dev.vireo.checkpoint.PeftAdapter;
import dev.vireo.checkpoint.PeftConfig;
import dev.vireo.model.Golden;
import dev.vireo.model.GoldenModels;
import dev.vireo.model.VisionLanguageModel;
import dev.vireo.nn.Parameter;
import dev.vireo.tensor.Precision;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoraAdapterTest {
    private static final Golden GOLDEN = Golden.of("llavanext-tiny");
    private static final String QUERY = "model.language_model.layers.0.self_attn.q_proj";

    @TempDir
    Path directory;

    @Test
    void startsAsPeftDoesAndDependsOnSeedAndNameAlone() {
        try (VisionLanguageModel model = GoldenModels.load(GOLDEN, Precision.BF16)) {
            Map<String, float[]> all = start(model, "all-linear", 3);
            Map<String, float[]> queries = start(model, ".*\\.q_proj", 3);
            assertThat(queries).hasSize(2 * (2 + 3));
            queries.forEach((name, values) -> assertThat(values).isEqualTo(all.get(name)));
            float[] a = queries.get(QUERY + ".A");
            double bound = 1 / Math.sqrt(64);
            double square = 0;
            for (float value : a) {
                assertThat(Math.abs(value)).isLessThanOrEqualTo((float) bound);
                square += (double) value * value / a.length;
            }
            // a uniform distribution in +-b has variance b^2 / 3; 512 draws estimate it to a few per cent
            assertThat(square).isBetween(0.85 * bound * bound / 3, 1.15 * bound * bound / 3);
            assertThat(queries.get(QUERY + ".B")).containsOnly(0);
            assertThat(start(model, ".*\\.q_proj", 4).get(QUERY + ".A")).isNotEqualTo(a);
        }
    }

    private static Map<String, float[]> start(VisionLanguageModel model, String targets, long seed) {
        Map<String, float[]> values = new HashMap<>();
        LoraSettings settings = new LoraSettings(8, 16, 0, targets);
        try (LoraAdapter adapter = LoraAdapter.create(model.adapterHost(), settings, seed)) {
            adapter.toPeft(null).pairs().forEach((module, pair) -> {
                values.put(module + ".A", pair.a().toFloats());
                values.put(module + ".B", pair.b().toFloats());
            });
        }
        return values;
    }

    @Test
    void trainedFactorsAreFloat32WhateverTheModelComputesIn() {
        try (VisionLanguageModel model = GoldenModels.load(GOLDEN, Precision.BF16);
                LoraAdapter adapter =
                        LoraAdapter.create(model.adapterHost(), new LoraSettings(2, 4, 0, "language"), 0)) {
            List<Parameter> parameters = adapter.parameters();
            assertThat(parameters).hasSize(2 * 14).allMatch(Parameter::trainable);
            assertThat(parameters.get(0).name())
                    .isEqualTo("base_model.model.model.language_model.layers.0.mlp.down_proj.lora_A.weight");
            assertThat(parameters.get(0).master().toFloatArray()).hasSize(2 * 104);
            assertThat(adapter.size())
                    .isEqualTo(parameters.stream().mapToLong(Parameter::size).sum());
        }
    }

    @Test
    void adapterOfAnotherModelIsRefusedWithNearNames() {
        PeftAdapter fits = PeftAdapter.read(GOLDEN.path("adapters/language/adapter"));
        Map<String, LoraPair> pairs = new TreeMap<>(fits.pairs());
        pairs.put("model.language_model.layers.0.self_attn.qproj", pairs.remove(QUERY));
        PeftAdapter misnamed = PeftAdapter.of(fits.config(), pairs);
        PeftAdapter wider = PeftAdapter.read(Golden.of("llava15-tiny").path("adapters/language/adapter"));
        try (VisionLanguageModel model = GoldenModels.load(GOLDEN, Precision.FP32)) {
            AdapterHost host = model.adapterHost();
            assertThatThrownBy(() -> LoraAdapter.attach(host, misnamed, Use.FIXED))
                    .isInstanceOf(CheckpointMismatchException.class)
                    .hasMessageContaining("1 of its modules do not fit")
                    .hasMessageContaining("layers.0.self_attn.qproj: the model has no such linear module")
                    .hasMessageContaining("near names: " + QUERY);
            assertThatThrownBy(() -> LoraAdapter.attach(host, wider, Use.FIXED))
                    .isInstanceOf(CheckpointMismatchException.class)
                    .hasMessageContaining(
                            "q_proj: the adapter is made for a weight of [60, 60], the model's has [64, 64]");
        }
    }

    @Test
    void adapterWithFewerFactorsThanItsTargetsIsRefused() throws Exception {
        PeftAdapter whole = PeftAdapter.read(GOLDEN.path("adapters/language/adapter"));
        Map<String, LoraPair> pairs = new TreeMap<>(whole.pairs());
        pairs.remove(QUERY);
        PeftAdapter.of(whole.config(), pairs).write(directory);
        Files.copy(
                GOLDEN.path("adapters/language/adapter/adapter_config.json"),
                directory.resolve("adapter_config.json"),
                java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        try (VisionLanguageModel model = GoldenModels.load(GOLDEN, Precision.FP32)) {
            assertThatThrownBy(() -> LoraAdapter.attach(model.adapterHost(), PeftAdapter.read(directory), Use.FIXED))
                    .isInstanceOf(CheckpointMismatchException.class)
                    .hasMessageContaining(QUERY + ": target_modules takes it in, but there are no factors for it");
        }
    }

    @Test
    void rankStabilisedAndMixedAdaptersKeepTheirScales() {
        PeftAdapter plain = PeftAdapter.read(GOLDEN.path("adapters/language/adapter"));
        Map<String, LoraPair> pairs = new TreeMap<>(plain.pairs());
        pairs.computeIfPresent(QUERY, (name, pair) -> new LoraPair(pair.a(), pair.b(), 6));
        PeftConfig stabilised = PeftConfig.uniform(null, 4, 8, 0).with(new LoraVariant(true, false));
        try (VisionLanguageModel model = GoldenModels.load(GOLDEN, Precision.FP32);
                LoraAdapter adapter =
                        LoraAdapter.attach(model.adapterHost(), PeftAdapter.of(stabilised, pairs), Use.TRAINED)) {
            adapter.toPeft(null).write(directory);
        }
        PeftAdapter again = PeftAdapter.read(directory);
        assertThat(again.scale(QUERY)).isEqualTo(3.0); // 6 / sqrt(4)
        assertThat(again.scale(QUERY.replace("q_proj", "k_proj"))).isEqualTo(4.0); // 8 / sqrt(4)
    }

    @Test
    void partsHaveTheirOwnTargetsRanksAndAlphas() {
        LoraSettings settings = new LoraSettings(
                8,
                16,
                0,
                "language",
                LoraVariant.PLAIN,
                Map.of(
                        ModelPart.TOWER, new LoraPart(".*\\.q_proj", 2, 0),
                        ModelPart.PROJECTOR, new LoraPart("all-linear", 0, 4)));
        try (VisionLanguageModel model = GoldenModels.load(GOLDEN, Precision.FP32);
                LoraAdapter adapter = LoraAdapter.create(model.adapterHost(), settings, 0)) {
            adapter.toPeft(null).write(directory);
        }
        PeftAdapter stored = PeftAdapter.read(directory);
        assertThat(stored.pairs()).hasSize(14 + 3 + 2);
        assertThat(stored.pairs().get(QUERY).loraRank()).isEqualTo(8);
        String tower = "model.vision_tower.encoder.layers.0.self_attn.q_proj";
        assertThat(stored.pairs().get(tower).loraRank()).isEqualTo(2);
        assertThat(stored.scale(tower)).isEqualTo(8); // 16 / 2
        assertThat(stored.scale("model.multi_modal_projector.linear_1")).isEqualTo(0.5); // 4 / 8
    }

    @Test
    void partWithoutTargetsIsLeftOutAndATypoInAnyPartIsNamed() {
        LoraPart none = new LoraPart(LoraPart.NONE, 0, 0);
        LoraSettings tower = new LoraSettings(
                4, 8, 0, "all-linear", LoraVariant.PLAIN, Map.of(ModelPart.LANGUAGE, none, ModelPart.PROJECTOR, none));
        LoraSettings typo = new LoraSettings(
                4, 8, 0, "language", LoraVariant.PLAIN, Map.of(ModelPart.TOWER, new LoraPart(".*qproj", 0, 0)));
        try (VisionLanguageModel model = GoldenModels.load(GOLDEN, Precision.FP32)) {
            AdapterHost host = model.adapterHost();
            try (LoraAdapter adapter = LoraAdapter.create(host, tower, 0)) {
                assertThat(adapter.modules()).hasSize(18).allMatch(module -> module.contains("vision_tower"));
            }
            assertThatThrownBy(() -> LoraAdapter.create(host, typo, 0))
                    .isInstanceOf(CheckpointMismatchException.class)
                    .hasMessageContaining("modules \".*qproj\": none of the 18 linear modules");
        }
    }

    @Test
    void dropoutIsAProbability() {
        assertThatThrownBy(() -> new LoraSettings(4, 8, 1, "language"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("lora.dropout: 1.0");
    }
}
