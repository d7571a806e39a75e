// SPDX-License-Identifier: Apache-2.0
package dev.vireo.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FingerprintTest {
    private static final Path GOLDEN = Path.of("src/test/resources/golden/llavanext-tiny");

    @TempDir
    Path directory;

    @BeforeEach
    void copyModel() throws IOException {
        try (var files = Files.newDirectoryStream(GOLDEN.resolve("model"))) {
            for (Path file : files) {
                Files.copy(file, directory.resolve(file.getFileName()));
            }
        }
    }

    @Test
    void weightsKeepTheirFingerprintUnderOtherNamesAndChangeItWithOneBit() throws IOException {
        String expected = Fingerprint.weights(GOLDEN.resolve("model"));
        assertThat(expected).matches("[0-9a-f]{64}");
        assertThat(Fingerprint.weights(directory)).isEqualTo(expected);

        Path file = directory.resolve("model.safetensors");
        Map<String, HostTensor> tensors = renamedToOriginalLlava(file);
        SafetensorsWriter.write(file, tensors, Map.of());
        assertThat(Fingerprint.weights(directory)).isEqualTo(expected);

        float[] newline = tensors.get("model.image_newline").toFloats();
        newline[0] = Math.nextUp(newline[0]);
        tensors.put("model.image_newline", HostTensor.ofFloats(newline, newline.length));
        SafetensorsWriter.write(file, tensors, Map.of());
        assertThat(Fingerprint.weights(directory)).isNotEqualTo(expected);
    }

    private static Map<String, HostTensor> renamedToOriginalLlava(Path file) throws IOException {
        JsonObject names = JsonFile.readObject(GOLDEN.resolve("names.json"));
        JsonArray saved = names.getAsJsonArray("saved");
        JsonArray original = names.getAsJsonArray("0");
        SafetensorsFile from = SafetensorsFile.open(file);
        Map<String, HostTensor> tensors = new LinkedHashMap<>();
        for (int i = 0; i < saved.size(); i++) {
            TensorInfo info = from.tensors().get(saved.get(i).getAsString());
            long[] shape = info.shape().stream().mapToLong(Long::longValue).toArray();
            tensors.put(original.get(i).getAsString(), HostTensor.of(info.type(), shape, from.bytes(info.name())));
        }
        return tensors;
    }

    @Test
    void settingsOfTheModelCountAndItsOriginDoesNot() throws IOException {
        String expected = Fingerprint.weights(directory);
        Path config = directory.resolve("config.json");
        String text = Files.readString(config);
        Files.writeString(
                config, text.replaceAll("\"transformers_version\": \"[^\"]*\"", "\"transformers_version\": \"9\""));
        assertThat(Fingerprint.weights(directory)).isEqualTo(expected);
        Files.writeString(config, text.replaceAll("\"vision_feature_layer\": -2", "\"vision_feature_layer\": -1"));
        assertThat(Fingerprint.weights(directory)).isNotEqualTo(expected);
    }

    @Test
    void adapterFingerprintSeesFactorsAndScale() {
        PeftAdapter language = PeftAdapter.read(GOLDEN.resolve("adapters/language/adapter"));
        String expected = Fingerprint.adapter(GOLDEN.resolve("adapters/language/adapter"));
        language.write(directory.resolve("same"));
        assertThat(Fingerprint.adapter(directory.resolve("same"))).isEqualTo(expected);
        Map<String, LoraPair> doubled = new LinkedHashMap<>();
        language.pairs().forEach((module, pair) -> doubled.put(module, new LoraPair(pair.a(), pair.b(), 16)));
        PeftAdapter.of(PeftConfig.uniform(null, 4, 16, 0), doubled).write(directory.resolve("doubled"));
        assertThat(Fingerprint.adapter(directory.resolve("doubled"))).isNotEqualTo(expected);
    }

    @Test
    void processorAndTokenizerAreTheirFiles() throws IOException {
        String processor = Fingerprint.processor(directory);
        String tokenizer = Fingerprint.tokenizer(directory);
        Files.writeString(directory.resolve("chat_template.jinja"), "{{ other }}");
        assertThat(Fingerprint.processor(directory)).isEqualTo(processor);
        assertThat(Fingerprint.tokenizer(directory)).isNotEqualTo(tokenizer);
    }
}
