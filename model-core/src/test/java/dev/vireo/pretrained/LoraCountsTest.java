// SPDX-License-Identifier: Apache-2.0
package dev.vireo.pretrained;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.ndarray.types.Shape;
import dev.vireo.checkpoint.ModelConfig;
import dev.vireo.checkpoint.ModuleMatcher;
import dev.vireo.checkpoint.WeightNames;
import dev.vireo.model.ModelDevice;
import dev.vireo.model.ModelFamily;
import dev.vireo.model.PixelScale;
import dev.vireo.model.TextDecoder;
import dev.vireo.model.llava.Llava;
import dev.vireo.model.llavanext.LlavaNext;
import dev.vireo.model.llavaonevision.LlavaOnevision;
import dev.vireo.nn.Block;
import dev.vireo.nn.Parameter;
import dev.vireo.nn.WeightSource;
import dev.vireo.tensor.Precision;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
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
    private static final PixelScale PIXELS = new PixelScale(1 / 255.0, List.of(0.5, 0.5, 0.5), List.of(0.5, 0.5, 0.5));
    private static final String MISTRAL = "{\"model_type\": \"mistral\", \"vocab_size\": 32064}";
    private static final String QWEN2 = """
            {"model_type": "qwen2", "hidden_size": 3584, "intermediate_size": 18944, "num_hidden_layers": 28,
             "num_attention_heads": 28, "num_key_value_heads": 4, "vocab_size": 152064, "rope_theta": 1000000.0}
            """;

    static Stream<Arguments> published() {
        return Stream.of(
                Arguments.of(new Llava(), "{\"model_type\": \"llama\"}", "all-linear", 23_633_920),
                Arguments.of(new LlavaNext(), MISTRAL, "all-linear", 24_616_960),
                Arguments.of(new LlavaNext(), MISTRAL, "language", 20_971_520),
                Arguments.of(new LlavaNext(), MISTRAL, ".*vision_tower.*", 3_538_944),
                Arguments.of(new LlavaOnevision(), QWEN2, "all-linear", 24_466_944),
                Arguments.of(new LlavaOnevision(), QWEN2, "language", 20_185_088));
    }

    @ParameterizedTest
    @MethodSource("published")
    void countsOfRankEightAreReproduced(ModelFamily family, String text, String targets, long count) {
        var config = ModelConfig.parse(
                "{\"model_type\": \"" + family.modelType() + "\", \"text_config\": " + text + "}", "config.json");
        Map<String, Long> sides = sides(family, config);
        List<String> matched = ModuleMatcher.match(targets, sides.keySet(), WeightNames.of(family.modelType()));
        assertThat(matched.stream().mapToLong(sides::get).map(sum -> 8 * sum).sum())
                .isEqualTo(count);
    }

    /** In + out of every linear module, those of unused layers too, without any weight. */
    private static Map<String, Long> sides(ModelFamily family, ModelConfig config) {
        Map<String, Long> sides = new LinkedHashMap<>();
        try (ModelDevice device = ModelDevice.on(Device.cpu(), Precision.FP32)) {
            WeightSource empty =
                    (name, shape) -> Parameter.frozen(name, device.manager().zeros(new Shape(0)));
            List<Block> blocks =
                    new ArrayList<>(family.vision(config, PIXELS, device, empty).blocks());
            TextDecoder decoder = family.text(config, device, empty);
            blocks.addAll(decoder.layers());
            blocks.add(decoder.head());
            blocks.forEach(block -> block.linears()
                    .forEach(module -> sides.put(module.name(), (long) module.inFeatures() + module.outFeatures())));
            family.takeUnused(config, device, (name, shape) -> {
                if (shape.length == 2 && name.endsWith(".weight")) {
                    sides.put(name.substring(0, name.length() - ".weight".length()), shape[0] + shape[1]);
                }
                return empty.take(name, shape);
            });
        }
        return sides;
    }
}
