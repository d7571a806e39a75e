// SPDX-License-Identifier: Apache-2.0
package dev.vireo.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.vireo.adapter.LoraAdapter;
import dev.vireo.batch.Sample;
import dev.vireo.checkpoint.PeftAdapter;
import dev.vireo.nn.Block;
import dev.vireo.nn.Block.Weights;
import dev.vireo.nn.LinearModule;
import dev.vireo.quantization.BaseFormat;
import dev.vireo.tensor.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Models whose language linears are quantized, against transformers and PEFT on what bitsandbytes makes of the weights. */
class QuantizedModelTest {
    private static final Path ROOT = Path.of("src/test/resources/golden");
    /** Share of a sum of log-probabilities that another order of sums explains in float32. */
    private static final double LOG_PROBS = 1e-4;

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
    void scoresAreThoseOfPeftOnTheQuantizedBase(String name, BaseFormat format, String label) throws IOException {
        Golden golden = Golden.of(name);
        List<JsonObject> expected = new ArrayList<>();
        JsonParser.parseString(Files.readString(ROOT.resolve("quantized.json")))
                .getAsJsonObject()
                .getAsJsonObject(name)
                .getAsJsonArray(label)
                .forEach(each -> expected.add(each.getAsJsonObject()));
        List<Sample> rows = expected.stream()
                .map(each -> golden.row(each.get("row_id").getAsString()))
                .toList();
        try (VisionLanguageModel model = load(golden, format);
                LoraAdapter adapter = LoraAdapter.attach(
                        model.adapterHost(),
                        PeftAdapter.read(golden.path("adapters/language/adapter")),
                        LoraAdapter.Use.FIXED)) {
            assertThat(adapter.modules()).isNotEmpty();
            double[] sums = GoldenScores.sums(model, rows, Weights.ADAPTED);
            for (int row = 0; row < rows.size(); row++) {
                close(sums[2 * row], expected.get(row).get("chosen_logps"));
                close(sums[2 * row + 1], expected.get(row).get("rejected_logps"));
            }
            double[] asIs;
            try (VisionLanguageModel plain = load(golden, BaseFormat.AS_IS)) {
                asIs = GoldenScores.sums(plain, rows, Weights.BASE);
            }
            assertThat(GoldenScores.sums(model, rows, Weights.BASE)).isNotEqualTo(asIs);
        }
    }

    private static void close(double actual, JsonElement expected) {
        assertThat(actual).isCloseTo(expected.getAsDouble(), within(LOG_PROBS * Math.abs(expected.getAsDouble())));
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
