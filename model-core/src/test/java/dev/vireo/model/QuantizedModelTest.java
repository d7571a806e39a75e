// SPDX-License-Identifier: Apache-2.0
package dev.vireo.model;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import dev.vireo.adapter.LoraAdapter;
import dev.vireo.batch.Sample;
import dev.vireo.checkpoint.PeftAdapter;
import dev.vireo.nn.Block;
import dev.vireo.nn.Block.Weights;
import dev.vireo.nn.LinearModule;
import dev.vireo.quantization.BaseFormat;
import dev.vireo.tensor.Precision;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Models whose language linears are quantized, against transformers and PEFT on what bitsandbytes makes of the weights. */
class QuantizedModelTest {
    static VisionLanguageModel load(Golden golden, BaseFormat format) {
        return GoldenModels.loader(golden).frozen(Device.cpu(), Precision.FP32, format);
    }

    @ParameterizedTest
    @CsvSource({
        "llavanext-tiny, NF4, nf4",
        "llavanext-tiny, NF4_DOUBLE, nf4-double",
        "llavanext-tiny, INT8, int8",
        "llava15-tiny, NF4, nf4",
        "llava15-tiny, NF4_DOUBLE, nf4-double",
        "llava15-tiny, INT8, int8"
    })
    void scoresAreThoseOfPeftOnTheQuantizedBase(String name, BaseFormat format, String label) {
        Golden golden = Golden.of(name);
        List<Sample> rows = new ArrayList<>();
        String file = "quantized/" + label + ".json";
        golden.json(file)
                .getAsJsonArray()
                .forEach(each ->
                        rows.add(golden.row(each.getAsJsonObject().get("row_id").getAsString())));
        try (VisionLanguageModel model = load(golden, format);
                LoraAdapter adapter = LoraAdapter.attach(
                        model.adapterHost(),
                        PeftAdapter.read(golden.path("adapters/language/adapter")),
                        LoraAdapter.Use.FIXED)) {
            assertThat(adapter.modules()).isNotEmpty();
            GoldenScores.assertLogProbs(model, golden, file, Weights.ADAPTED);
            double[] asIs;
            try (VisionLanguageModel plain = load(golden, BaseFormat.AS_IS)) {
                asIs = GoldenScores.sums(plain, rows, Weights.BASE);
            }
            assertThat(GoldenScores.sums(model, rows, Weights.BASE)).isNotEqualTo(asIs);
        }
    }

    @Test
    void allLinearsOfTheLanguageModelAreQuantizedAndNothingElse() {
        try (VisionLanguageModel model = load(Golden.of("llavanext-tiny"), BaseFormat.NF4)) {
            List<String> packed = new ArrayList<>();
            for (Block block : model.blocks()) {
                for (LinearModule module : block.linears()) {
                    long size = block.parameter(module.name() + ".weight")
                            .orElseThrow()
                            .size();
                    if (size * 2 == (long) module.inFeatures() * module.outFeatures()) {
                        packed.add(module.name());
                    }
                }
            }
            assertThat(packed).hasSize(14).allMatch(name -> name.matches("model\\.language_model\\.layers\\..*_proj"));
        }
    }
}
