// SPDX-License-Identifier: Apache-2.0
package dev.vireo.pretrained;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vireo.checkpoint.ModelConfig;
import dev.vireo.checkpoint.ModuleMatcher;
import dev.vireo.checkpoint.WeightNames;
import dev.vireo.model.Measured;
import dev.vireo.model.ModelFamily;
import dev.vireo.model.ModelSurvey;
import dev.vireo.model.idefics2.Idefics2;
import dev.vireo.model.idefics3.Idefics3;
import dev.vireo.model.llava.Llava;
import dev.vireo.model.llavanext.LlavaNext;
import dev.vireo.model.llavaonevision.LlavaOnevision;
import dev.vireo.model.paligemma.Paligemma;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * LoRA parameters of the published models: the factors r (in + out) of every module that is matched, from the public
 * configuration alone. The counts are those that people printed when they trained them with PEFT.
 */
class LoraCountsTest {
    private static final String LLAMA = "\"text_config\": {\"model_type\": \"llama\"}";
    private static final String MISTRAL = "\"text_config\": {\"model_type\": \"mistral\", \"vocab_size\": 32064}";
    private static final String QWEN2 = """
            "text_config": {"model_type": "qwen2", "hidden_size": 3584, "intermediate_size": 18944,
             "num_hidden_layers": 28, "num_attention_heads": 28, "num_key_value_heads": 4, "vocab_size": 152064,
             "rope_theta": 1000000.0}
            """;
    private static final String PALIGEMMA = """
            "image_token_index": 257152, "text_config": {"model_type": "gemma", "hidden_size": 2048,
             "intermediate_size": 16384, "num_attention_heads": 8, "num_hidden_layers": 18, "num_key_value_heads": 1,
             "vocab_size": 257216},
            "vision_config": {"model_type": "siglip_vision_model", "hidden_size": 1152, "intermediate_size": 4304,
             "num_attention_heads": 16, "num_hidden_layers": 27, "patch_size": 14, "projection_dim": 2048,
             "vision_use_head": false}
            """;

    private static final String IDEFICS2 = """
            "image_token_id": 32001, "text_config": {"model_type": "mistral", "vocab_size": 32003},
            "vision_config": {"model_type": "idefics2", "hidden_size": 1152, "image_size": 980,
             "intermediate_size": 4304, "num_attention_heads": 16, "num_hidden_layers": 27, "patch_size": 14}
            """;

    /** SmolVLM of 256 million parameters, the first and the second. */
    private static final String IDEFICS3 = """
            "scale_factor": 4, "text_config": {"model_type": "llama", "hidden_size": 576, "intermediate_size": 1536,
             "num_attention_heads": 9, "num_hidden_layers": 30, "num_key_value_heads": 3, "vocab_size": 49280},
            "vision_config": {"model_type": "idefics3", "hidden_size": 768, "image_size": 512, "intermediate_size": 3072,
             "num_attention_heads": 12, "num_hidden_layers": 12, "patch_size": 16}
            """;

    static Stream<Arguments> published() {
        return Stream.of(
                Arguments.of(new Llava(), LLAMA, "all-linear", 23_633_920),
                Arguments.of(new LlavaNext(), MISTRAL, "all-linear", 24_616_960),
                Arguments.of(new LlavaNext(), MISTRAL, "language", 20_971_520),
                Arguments.of(new LlavaNext(), MISTRAL, ".*vision_tower.*", 3_538_944),
                Arguments.of(new LlavaOnevision(), QWEN2, "all-linear", 24_466_944),
                Arguments.of(new LlavaOnevision(), QWEN2, "language", 20_185_088),
                Arguments.of(new Paligemma(), PALIGEMMA, "all-linear", 14_179_072),
                Arguments.of(new Paligemma(), PALIGEMMA, "language", 9_805_824),
                Arguments.of(new Idefics2(), IDEFICS2, "all-linear", 55_348_736 / 2),
                Arguments.of(new Idefics2(), IDEFICS2, ".*vision_model.*", 8_695_296 / 2),
                Arguments.of(new Idefics2(), IDEFICS2, ".*connector.*", 4_710_400 / 2),
                Arguments.of(new Idefics2(), IDEFICS2, "language", 41_943_040 / 2),
                // tools/golden/lora_counts.py; 8 (768 * 16 + 576 + 12 * 13,824 + 30 * 10,176)
                Arguments.of(new Idefics3(), IDEFICS3, "all-linear", 3_872_256),
                Arguments.of(Idefics3.smolVlm(), IDEFICS3, "all-linear", 3_872_256));
    }

    @ParameterizedTest
    @MethodSource("published")
    void countsOfRankEightAreReproduced(ModelFamily family, String sections, String targets, long count) {
        var config =
                ModelConfig.parse("{\"model_type\": \"" + family.modelType() + "\", " + sections + "}", "config.json");
        Map<String, Long> sides = sides(family, config);
        List<String> matched = ModuleMatcher.match(targets, sides.keySet(), WeightNames.of(family.modelType()));
        assertThat(matched.stream().mapToLong(sides::get).map(sum -> 8 * sum).sum())
                .isEqualTo(count);
        if (targets.equals("all-linear")) {
            Measured.found(family.modelType(), "lora", String.format(Locale.ROOT, "%,d", count));
        }
    }

    static Stream<Arguments> layers() {
        return Stream.of(
                Arguments.of(new Llava(), LLAMA, 24, List.of("linear_1", "linear_2"), 32),
                Arguments.of(new LlavaNext(), MISTRAL, 24, List.of("linear_1", "linear_2"), 32),
                Arguments.of(new LlavaOnevision(), QWEN2, 26, List.of("linear_1", "linear_2"), 28),
                Arguments.of(new Paligemma(), PALIGEMMA, 27, List.of("linear"), 18));
    }

    @ParameterizedTest
    @MethodSource("layers")
    void everyLinearModuleButTheHeadIsMatched(
            ModelFamily family, String sections, int tower, List<String> projector, int text) {
        var config =
                ModelConfig.parse("{\"model_type\": \"" + family.modelType() + "\", " + sections + "}", "config.json");
        List<String> expected = new ArrayList<>();
        for (int layer = 0; layer < tower; layer++) {
            for (String module : List.of("q_proj", "k_proj", "v_proj", "out_proj")) {
                expected.add("model.vision_tower.encoder.layers." + layer + ".self_attn." + module);
            }
            expected.add("model.vision_tower.encoder.layers." + layer + ".mlp.fc1");
            expected.add("model.vision_tower.encoder.layers." + layer + ".mlp.fc2");
        }
        projector.forEach(module -> expected.add("model.multi_modal_projector." + module));
        for (int layer = 0; layer < text; layer++) {
            for (String module : List.of("q_proj", "k_proj", "v_proj", "o_proj")) {
                expected.add("model.language_model.layers." + layer + ".self_attn." + module);
            }
            for (String module : List.of("gate_proj", "up_proj", "down_proj")) {
                expected.add("model.language_model.layers." + layer + ".mlp." + module);
            }
        }
        assertThat(ModuleMatcher.match(
                        "all-linear", sides(family, config).keySet(), WeightNames.of(family.modelType())))
                .containsExactlyInAnyOrderElementsOf(expected);
    }

    /** In + out of every linear module, those of unused layers too. */
    private static Map<String, Long> sides(ModelFamily family, ModelConfig config) {
        Map<String, Long> sides = new LinkedHashMap<>();
        try (ModelSurvey survey = ModelSurvey.of(family, config)) {
            survey.adapterHost()
                    .blocks()
                    .forEach(block -> block.linears()
                            .forEach(module ->
                                    sides.put(module.name(), (long) module.inFeatures() + module.outFeatures())));
            survey.parts()
                    .stored()
                    .idle()
                    .forEach(info -> sides.put(
                            info.name().replaceFirst("\\.weight$", ""),
                            info.shape().get(0) + info.shape().get(1)));
        }
        return sides;
    }
}
