// SPDX-License-Identifier: Apache-2.0
package dev.vireo.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import dev.vireo.adapter.LoraAdapter;
import dev.vireo.batch.PackedBatch.PromptTargets;
import dev.vireo.batch.Sample;
import dev.vireo.checkpoint.Checkpoint;
import dev.vireo.checkpoint.HostTensor;
import dev.vireo.checkpoint.ModuleMatcher;
import dev.vireo.checkpoint.StoredType;
import dev.vireo.model.Golden;
import dev.vireo.model.GoldenModels;
import dev.vireo.model.VisionLanguageModel;
import dev.vireo.nn.Parameter;
import dev.vireo.objective.NllScope;
import dev.vireo.objective.Orpo;
import dev.vireo.pretrained.ModelExport;
import dev.vireo.pretrained.PretrainedModel;
import dev.vireo.quantization.BaseFormat;
import dev.vireo.quantization.QuantizedWeight;
import dev.vireo.tensor.Precision;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** LoRA on a quantized base trains as on a base that holds the dequantized weights: QLoRA's meaning. */
class QuantizedTrainingTest {
    private static final AdamWSettings ADAM = new AdamWSettings(0.9, 0.999, 1e-8, 0, 1);

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"language", "dora"})
    void stepsOnAnNf4BaseAreThoseOnItsDequantizedWeights(String adapter) {
        Golden golden = Golden.of("llavanext-tiny");
        writeDequantized(golden, directory.resolve("model"));
        List<float[]> quantized;
        List<float[]> plain;
        try (VisionLanguageModel model =
                GoldenModels.loader(golden).frozen(Device.cpu(), Precision.FP32, BaseFormat.NF4)) {
            quantized = train(golden, model, adapter);
        }
        try (VisionLanguageModel model =
                PretrainedModel.open(directory.resolve("model")).loader().frozen(Device.cpu(), Precision.FP32)) {
            plain = train(golden, model, adapter);
        }
        assertThat(quantized).hasSameSizeAs(plain);
        for (int i = 0; i < plain.size(); i++) {
            // DoRA's tower and projector keep or recompute their graphs, which rounds differently, and Adam enlarges
            // it.
            float rounding = adapter.equals("dora") ? 2e-4f * (1 + Math.abs(plain.get(i)[0])) : 0;
            assertThat(quantized.get(i)).containsExactly(plain.get(i), within(rounding));
        }
    }

    /** The adapter's factors after three steps, and the losses. */
    private static List<float[]> train(Golden golden, VisionLanguageModel model, String name) {
        List<float[]> result = new ArrayList<>();
        try (LoraAdapter adapter = GoldenAdapter.attach(golden, model, name);
                Replica replica = new Replica(
                        model,
                        adapter.parameters(),
                        new Orpo(0.1, NllScope.COMPLETION),
                        ReferenceLogProbs.none(),
                        ADAM,
                        GraphBudget.unlimited(Precision.FP32))) {
            List<Sample> rows = List.of(golden.row("plain"), golden.row("lengths"));
            int nll = rows.stream()
                    .mapToInt(row -> row.row().nllTokens(model.imageTokenId(), PromptTargets.IGNORED))
                    .sum();
            for (int step = 0; step < 3; step++) {
                StepResult made = replica.step(
                        new StepInput(List.of(rows), new BatchTotals(2, 4, nll), 1e-3), GradientExchange.single());
                result.add(new float[] {(float) made.loss(), (float) made.gradNorm()});
            }
            for (Parameter parameter : adapter.parameters()) {
                NDArray master = parameter.master();
                result.add(master.toFloatArray());
            }
        }
        return result;
    }

    private static void writeDequantized(Golden golden, Path target) {
        Map<String, Supplier<HostTensor>> values = new LinkedHashMap<>();
        try (Checkpoint checkpoint = Checkpoint.open(golden.model())) {
            for (String name : checkpoint.names()) {
                boolean linear = name.matches("model\\.language_model\\.layers\\..*_proj\\.weight");
                if (linear && ModuleMatcher.isLanguage(name.replace(".weight", ""))) {
                    values.put(name, () -> dequantized(golden, name));
                }
            }
        }
        ModelExport.write(PretrainedModel.open(golden.model()), values, StoredType.F32, target);
    }

    private static HostTensor dequantized(Golden golden, String name) {
        try (Checkpoint checkpoint = Checkpoint.open(golden.model())) {
            long[] shape = checkpoint.info(name).shape().stream()
                    .mapToLong(Long::longValue)
                    .toArray();
            QuantizedWeight made =
                    BaseFormat.NF4.quantizer().quantize(checkpoint.reader(name)::next, shape[0], shape[1]);
            float[] values = new float[(int) (shape[0] * shape[1])];
            for (int i = 0; i < values.length; i++) {
                int code = made.codes().get(i / 2) & 0xff;
                values[i] =
                        made.tables().values()[2 * code + i % 2] * made.scales().values()[i / 64];
            }
            return HostTensor.ofFloats(values, shape);
        }
    }
}
