// SPDX-License-Identifier: Apache-2.0
package dev.vireo.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PeftAdapterTest {
    private static final Path GOLDEN = Path.of("src/test/resources/golden/llavanext-tiny/adapters/everything/adapter");
    private static final WeightNames NAMES = WeightNames.of("llava_next");

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({
        "model.language_model.layers.0.self_attn.q_proj, model.vision_tower.encoder.layers.1.mlp.fc1,"
                + "model.multi_modal_projector.linear_2",
        "model.language_model.layers.0.self_attn.q_proj, model.vision_tower.vision_model.encoder.layers.1.mlp.fc1,"
                + "model.multi_modal_projector.linear_2",
        "language_model.model.layers.0.self_attn.q_proj, vision_tower.vision_model.encoder.layers.1.mlp.fc1,"
                + "multi_modal_projector.linear_2",
        "language_model.model.layers.0.self_attn.q_proj, vision_tower.encoder.layers.1.mlp.fc1,"
                + "multi_modal_projector.linear_2",
        "model.layers.0.self_attn.q_proj, model.vision_tower.vision_tower.vision_model.encoder.layers.1.mlp.fc1,"
                + "model.mm_projector.2"
    })
    void namesOfEveryGenerationBecomeCanonical(String language, String tower, String projector) {
        PeftAdapter golden = PeftAdapter.read(GOLDEN);
        String q = "model.language_model.layers.0.self_attn.q_proj";
        String fc1 = "model.vision_tower.encoder.layers.1.mlp.fc1";
        String linear = "model.multi_modal_projector.linear_2";
        Map<String, LoraPair> pairs = new LinkedHashMap<>();
        pairs.put(language, golden.pairs().get(q));
        pairs.put(tower, golden.pairs().get(fc1));
        pairs.put(projector, golden.pairs().get(linear));
        PeftAdapter.of(golden.config(), pairs).write(directory);

        PeftAdapter stored = PeftAdapter.read(directory);
        assertThat(stored.pairs()).containsOnlyKeys(language, tower, projector);
        PeftAdapter canonical = stored.canonical(NAMES);
        assertThat(canonical.pairs()).containsOnlyKeys(q, fc1, linear);
        assertThat(canonical.pairs().get(fc1).a().toFloats())
                .isEqualTo(golden.pairs().get(fc1).a().toFloats());
    }

    @Test
    void pickledAdapterIsRefusedWithARemedy(@TempDir Path pickled) throws IOException {
        Files.writeString(pickled.resolve("adapter_config.json"), "{}");
        Files.writeString(pickled.resolve("adapter_model.bin"), "");
        assertThatThrownBy(() -> PeftAdapter.read(pickled))
                .isInstanceOf(CheckpointMismatchException.class)
                .hasMessageContaining("adapter_model.bin")
                .hasMessageContaining("can run code")
                .hasMessageContaining("call save_pretrained, which writes adapter_model.safetensors");
    }

    @Test
    void whatIsWrittenIsByteForByteWhatWasRead() throws IOException {
        PeftAdapter.read(GOLDEN).write(directory);
        Map<String, TensorInfo> expected = SafetensorsFile.open(GOLDEN.resolve("adapter_model.safetensors"))
                .tensors();
        Map<String, TensorInfo> written = SafetensorsFile.open(directory.resolve("adapter_model.safetensors"))
                .tensors();
        assertThat(written).isEqualTo(expected);
        assertThat(Files.readString(directory.resolve("adapter_config.json")))
                .contains("\"lora_alpha\": 8,", "\"r\": 4,", "linear_1|linear_2");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"bias\": \"lora_only\"",
                "\"lora_bias\": true",
                "\"modules_to_save\": [\"lm_head\"]",
                "\"init_lora_weights\": \"pissa\"",
                "\"peft_type\": \"IA3\"",
                "\"target_parameters\": [\"experts\"]",
                "\"some_new_method\": {\"k\": 1}"
            })
    void otherMethodsAreRefusedByName(String option) throws IOException {
        String name = option.substring(1, option.indexOf('"', 1));
        PeftAdapter.read(GOLDEN).write(directory);
        Path config = directory.resolve("adapter_config.json");
        String text = Files.readString(config).replaceAll("\"" + name + "\": [^\n]*,", "");
        Files.writeString(
                config, text.replaceFirst("\\{", "{ " + java.util.regex.Matcher.quoteReplacement(option) + ","));
        assertThatThrownBy(() -> PeftAdapter.read(directory))
                .isInstanceOf(CheckpointMismatchException.class)
                .hasMessageContaining("it is not plain LoRA")
                .hasMessageContaining(name + " = ");
    }

    @Test
    void adapterOfDoraWithoutMagnitudesIsRefused() throws IOException {
        PeftAdapter.read(GOLDEN).write(directory);
        Path config = directory.resolve("adapter_config.json");
        Files.writeString(config, Files.readString(config).replace("\"use_dora\": false", "\"use_dora\": true"));
        assertThatThrownBy(() -> PeftAdapter.read(directory))
                .isInstanceOf(CheckpointMismatchException.class)
                .hasMessageContaining("q_proj: lora_magnitude_vector is missing, expected shape [64]");
    }

    @Test
    void tensorsThatAreNotTheConfigurationsAreListed() throws IOException {
        Map<String, HostTensor> tensors = new TreeMap<>();
        tensors.put("base_model.model.x.lora_A.weight", HostTensor.ofFloats(new float[6], 2, 3));
        tensors.put("base_model.model.x.lora_magnitude_vector", HostTensor.ofFloats(new float[2], 2));
        tensors.put("base_model.model.y.lora_A.weight", HostTensor.ofFloats(new float[6], 2, 3));
        tensors.put("base_model.model.y.lora_B.weight", HostTensor.ofFloats(new float[8], 4, 2));
        SafetensorsWriter.write(directory.resolve("adapter_model.safetensors"), tensors, Map.of());
        Files.copy(GOLDEN.resolve("adapter_config.json"), directory.resolve("adapter_config.json"));
        assertThatThrownBy(() -> PeftAdapter.read(directory))
                .isInstanceOf(CheckpointMismatchException.class)
                .hasMessageContaining("lora_magnitude_vector: neither lora_A nor lora_B")
                .hasMessageContaining("x: it has no lora_B")
                .hasMessageContaining("y: lora_A is")
                .hasMessageContaining("expected rank 4");
    }

    @Test
    void directoryWithoutAnAdapterIsRefused() {
        assertThatThrownBy(() -> PeftAdapter.read(directory))
                .isInstanceOf(CheckpointMismatchException.class)
                .hasMessageContaining(directory.toString())
                .hasMessageContaining("adapter_model.safetensors");
    }

    @Test
    void ranksAndAlphasOfSingleModulesAreKeptAsPatterns() {
        LoraPair small =
                new LoraPair(HostTensor.ofFloats(new float[6], 2, 3), HostTensor.ofFloats(new float[8], 4, 2), 16);
        LoraPair large =
                new LoraPair(HostTensor.ofFloats(new float[9], 3, 3), HostTensor.ofFloats(new float[12], 4, 3), 9);
        PeftAdapter.of(PeftConfig.uniform("b", 2, 16, 0), Map.of("m.x.q_proj", small, "m.y.q_proj", large))
                .write(directory);
        PeftAdapter read = PeftAdapter.read(directory);
        assertThat(read.config().rankPattern()).isEqualTo(Map.of("m\\.y\\.q_proj", 3));
        assertThat(read.scale("m.x.q_proj")).isEqualTo(8);
        assertThat(read.scale("m.y.q_proj")).isEqualTo(3);
        assertThat(read.pairs().keySet()).isEqualTo(Set.of("m.x.q_proj", "m.y.q_proj"));
    }
}
