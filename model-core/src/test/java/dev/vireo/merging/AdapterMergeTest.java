// SPDX-License-Identifier: Apache-2.0
package dev.vireo.merging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import com.google.gson.JsonArray;
import dev.vireo.checkpoint.Checkpoint;
import dev.vireo.checkpoint.HostTensor;
import dev.vireo.checkpoint.LoraPair;
import dev.vireo.checkpoint.ModelConfig;
import dev.vireo.checkpoint.PeftAdapter;
import dev.vireo.checkpoint.SafetensorsFile;
import dev.vireo.checkpoint.SafetensorsWriter;
import dev.vireo.checkpoint.StoredType;
import dev.vireo.merging.AdapterMerge.Rounding;
import dev.vireo.model.Golden;
import dev.vireo.model.GoldenScores;
import dev.vireo.model.ModelSurvey;
import dev.vireo.model.VisionLanguageModel;
import dev.vireo.nn.Block.Weights;
import dev.vireo.pretrained.PretrainedModel;
import dev.vireo.tensor.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Models with an adapter in their weights, against what PEFT computes with the adapter beside them. */
class AdapterMergeTest {
    private static final long WHOLE = 1L << 40;

    @TempDir
    Path directory;

    /** PaliGemma's head is its token table; LLaVA's golden adapters are also on tower layers that nothing computes with. */
    @ParameterizedTest
    @CsvSource({
        "llava15-tiny, language",
        "llava15-tiny, everything",
        "llavanext-tiny, everything",
        "llavanext-tiny, dora",
        "onevision-tiny, everything",
        "paligemma-tiny, everything",
        "idefics2-tiny, everything",
        "idefics3-tiny, everything"
    })
    void mergedModelComputesWhatTheAdapterDoes(String name, String adapter) {
        Golden golden = Golden.of(name);
        String files = "adapters/" + adapter + "/";
        Rounding rounding = merge(golden.model(), golden.path(files + "adapter"), null, WHOLE);
        assertThat(rounding.change()).isPositive();
        try (VisionLanguageModel merged =
                PretrainedModel.open(directory).loader().frozen(Device.cpu(), Precision.FP32)) {
            GoldenScores.assertLogits(merged, golden, files + "logits.safetensors", Weights.BASE);
            GoldenScores.assertLogProbs(merged, golden, files + "logps.json", Weights.BASE);
        }
    }

    @Test
    void roundingIsToTheNearestAndTold() {
        Path model = Golden.of("llavanext-bf16-sharded").model();
        PeftAdapter adapter = PeftAdapter.read(Golden.of("llavanext-tiny").path("adapters/language/adapter"));
        Rounding rounding = merge(model, Path.of(adapter.origin()), null, WHOLE);
        double change = 0;
        double lost = 0;
        try (Checkpoint before = Checkpoint.open(model);
                Checkpoint after = Checkpoint.open(directory)) {
            assertThat(after.names()).isEqualTo(before.names());
            for (String module : adapter.pairs().keySet()) {
                assertThat(after.info(module + ".weight").type()).isEqualTo(StoredType.BF16);
                float[] w = before.tensor(module + ".weight").toFloats();
                float[] merged = after.tensor(module + ".weight").toFloats();
                double[] exact = exact(w, adapter.pairs().get(module), adapter.scale(module));
                for (int i = 0; i < w.length; i++) {
                    double ulp = Math.ulp((float) exact[i]) * 0x1p16;
                    assertThat((double) merged[i]).isCloseTo(exact[i], within(0.5001 * ulp));
                    change += (exact[i] - w[i]) * (exact[i] - w[i]);
                    lost += (exact[i] - merged[i]) * (exact[i] - merged[i]);
                }
            }
            String kept = "model.vision_tower.encoder.layers.0.mlp.fc1.weight";
            assertThat(after.tensor(kept).toFloats())
                    .isEqualTo(before.tensor(kept).toFloats());
        }
        assertThat(rounding.change()).isCloseTo(Math.sqrt(change), within(1e-5 * Math.sqrt(change)));
        assertThat(rounding.lost()).isCloseTo(Math.sqrt(lost), within(1e-3 * Math.sqrt(lost)));
        assertThat(rounding.share()).isBetween(1e-4, 0.1);
        assertThat(ModelConfig.read(directory).text("dtype")).isEqualTo("bfloat16");
    }

    @Test
    void typeOfTheFilesMayBeAnother() {
        Golden golden = Golden.of("llavanext-tiny");
        merge(golden.model(), golden.path("adapters/dora/adapter"), StoredType.BF16, WHOLE);
        try (Checkpoint after = Checkpoint.open(directory)) {
            assertThat(after.names())
                    .allSatisfy(name -> assertThat(after.info(name).type()).isEqualTo(StoredType.BF16));
        }
        assertThat(ModelConfig.read(directory).text("dtype")).isEqualTo("bfloat16");
    }

    @Test
    void oldNamesBecomeThoseThatAreSavedToday(@TempDir Path old) throws IOException {
        Golden golden = Golden.of("llavanext-tiny");
        rename(golden, "a", old);
        merge(old, golden.path("adapters/everything/adapter"), null, 100_000);
        var saved = new TreeSet<String>();
        golden.json("names.json")
                .getAsJsonObject()
                .getAsJsonArray("saved")
                .forEach(name -> saved.add(name.getAsString()));
        var written = new TreeSet<String>();
        try (Stream<Path> files = Files.list(directory)) {
            List<Path> shards = files.filter(file -> file.toString().endsWith(".safetensors"))
                    .toList();
            assertThat(shards).hasSizeGreaterThan(2);
            shards.forEach(shard ->
                    written.addAll(SafetensorsFile.open(shard).tensors().keySet()));
        }
        assertThat(written).isEqualTo(saved);
        try (VisionLanguageModel merged =
                PretrainedModel.open(directory).loader().frozen(Device.cpu(), Precision.FP32)) {
            GoldenScores.assertLogProbs(merged, golden, "adapters/everything/logps.json", Weights.BASE);
        }
    }

    @Test
    void normsAreThoseOfTheFactorsAndOfTheirProduct() {
        PeftAdapter adapter = PeftAdapter.read(Golden.of("llavanext-tiny").path("adapters/dora/adapter"));
        List<ModuleNorms> norms = ModuleNorms.of(adapter);
        assertThat(norms)
                .extracting(ModuleNorms::module)
                .containsExactlyElementsOf(adapter.pairs().keySet());
        for (ModuleNorms each : norms) {
            assertThat(each.scale()).isEqualTo(adapter.scale(each.module()));
            assertThat(each.a()).isCloseTo(norm(each.pair().a()), within(1e-6));
            assertThat(each.b()).isCloseTo(norm(each.pair().b()), within(1e-6));
            float[] nothing =
                    new float[(int) (each.pair().inFeatures() * each.pair().outFeatures())];
            double square = 0;
            for (double element : exact(nothing, each.pair(), each.scale())) {
                square += element * element;
            }
            assertThat(each.change()).isCloseTo(Math.sqrt(square), within(1e-6));
        }
    }

    private static double norm(HostTensor tensor) {
        double square = 0;
        for (float element : tensor.toFloats()) {
            square += (double) element * element;
        }
        return Math.sqrt(square);
    }

    /** W + s B A in double. */
    private static double[] exact(float[] w, LoraPair pair, double scale) {
        float[] a = pair.a().toFloats();
        float[] b = pair.b().toFloats();
        int in = (int) pair.inFeatures();
        int rank = pair.loraRank();
        double[] sum = new double[w.length];
        for (int i = 0; i < w.length; i++) {
            sum[i] = w[i];
            for (int k = 0; k < rank; k++) {
                sum[i] += scale * b[i / in * rank + k] * a[k * in + i % in];
            }
        }
        return sum;
    }

    private Rounding merge(Path model, Path adapter, @Nullable StoredType type, long shardBytes) {
        try (ModelSurvey survey = PretrainedModel.survey(model);
                Checkpoint source = Checkpoint.open(model);
                AdapterMerge merge =
                        new AdapterMerge(source, survey.adapterHost().fitted(PeftAdapter.read(adapter)), type)) {
            return merge.write(directory, shardBytes);
        }
    }

    /** The checkpoint as an older version of transformers would have saved it. */
    private static void rename(Golden golden, String generation, Path target) throws IOException {
        SafetensorsFile source = SafetensorsFile.open(golden.path("model/model.safetensors"));
        JsonArray saved = golden.json("names.json").getAsJsonObject().getAsJsonArray("saved");
        JsonArray renamed = golden.json("names.json").getAsJsonObject().getAsJsonArray(generation);
        Map<String, HostTensor> tensors = new LinkedHashMap<>();
        for (int i = 0; i < saved.size(); i++) {
            String name = saved.get(i).getAsString();
            var info = source.tensors().get(name);
            long[] shape = info.shape().stream().mapToLong(Long::longValue).toArray();
            tensors.put(renamed.get(i).getAsString(), HostTensor.of(info.type(), shape, source.bytes(name)));
        }
        SafetensorsWriter.write(target.resolve("model.safetensors"), tensors, SafetensorsWriter.PYTORCH);
        try (Stream<Path> files = Files.list(golden.model())) {
            for (Path file : files.filter(each -> !each.toString().endsWith(".safetensors"))
                    .toList()) {
                Files.copy(file, target.resolve(file.getFileName()));
            }
        }
    }
}
