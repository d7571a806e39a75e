// SPDX-License-Identifier: Apache-2.0
package dev.vireo.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointTest {
    @TempDir
    Path directory;

    @BeforeEach
    void writeConfig() throws IOException {
        Files.writeString(directory.resolve("config.json"), "{\"model_type\": \"llava_next\"}");
    }

    @Test
    void weightsHaveCanonicalNamesAndTheirBytes() {
        write("model.safetensors", "language_model.model.norm.weight", "language_model.lm_head.weight");
        try (Checkpoint checkpoint = Checkpoint.open(directory)) {
            assertThat(checkpoint.names()).containsExactly("lm_head.weight", "model.language_model.norm.weight");
            assertThat(checkpoint.info("lm_head.weight").name()).isEqualTo("lm_head.weight");
            assertThat(checkpoint.tensor("lm_head.weight").toFloats()).containsExactly(0, 1, 2, 3, 4, 5);
            assertThat(checkpoint.rows("lm_head.weight", 1, 1).asFloatBuffer().get(0))
                    .isEqualTo(3);
            assertThatThrownBy(() -> checkpoint.bytes("model.language_model.norm.wieght"))
                    .hasMessageContaining("none of that name (near names: model.language_model.norm.weight");
        }
    }

    @Test
    void shardsAreReadByTheirIndex() throws IOException {
        write("model-00001-of-00002.safetensors", "lm_head.weight");
        write("model-00002-of-00002.safetensors", "model.image_newline");
        writeIndex(
                "lm_head.weight",
                "model-00001-of-00002.safetensors",
                "model.image_newline",
                "model-00002-of-00002.safetensors");
        try (Checkpoint checkpoint = Checkpoint.open(directory)) {
            assertThat(checkpoint.names()).containsExactly("lm_head.weight", "model.image_newline");
            assertThat(checkpoint.bytes("model.image_newline").remaining()).isEqualTo(24);
        }
    }

    @Test
    void missingShardIsNamed() throws IOException {
        write("a.safetensors", "lm_head.weight");
        writeIndex("lm_head.weight", "a.safetensors", "model.image_newline", "b.safetensors");
        assertThatThrownBy(() -> Checkpoint.open(directory))
                .isInstanceOf(CheckpointMismatchException.class)
                .hasMessageContaining("names 1 files that are not there")
                .hasMessageContaining("b.safetensors");
    }

    @Test
    void indexAndShardsMustAgree() throws IOException {
        write("a.safetensors", "lm_head.weight", "surplus.weight");
        writeIndex("lm_head.weight", "a.safetensors", "model.image_newline", "a.safetensors");
        assertThatThrownBy(() -> Checkpoint.open(directory))
                .hasMessageContaining("model.image_newline: not in a.safetensors, where the index places it")
                .hasMessageContaining("surplus.weight: in a.safetensors, but the index does not name it");
        writeIndex("lm_head.weight", "../a.safetensors", "x", "a.safetensors");
        assertThatThrownBy(() -> Checkpoint.open(directory)).hasMessageContaining("file in the same directory");
    }

    @Test
    void picklesAreRefusedWithARemedy() throws IOException {
        assertThatThrownBy(() -> Checkpoint.open(directory))
                .hasMessageContaining("it has neither model.safetensors nor model.safetensors.index.json");
        Files.writeString(directory.resolve("pytorch_model.bin"), "");
        assertThatThrownBy(() -> Checkpoint.open(directory))
                .isInstanceOf(CheckpointMismatchException.class)
                .hasMessageContaining("pytorch_model.bin")
                .hasMessageContaining("only safetensors are. Convert with transformers");
    }

    @Test
    void claimedModelPasses() {
        write("model.safetensors", "lm_head.weight", "model.image_newline");
        try (Checkpoint checkpoint = Checkpoint.open(directory)) {
            checkpoint.claim("lm_head.weight", 2, 3);
            checkpoint.claim("lm_head.weight", 2, 3);
            assertThatCode(() -> checkpoint.requireAllClaimed("model\\.image_.*"))
                    .doesNotThrowAnyException();
            assertThatThrownBy(() -> checkpoint.claim("lm_head.weight", 3, 3))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("[3, 3]: it was claimed with [2, 3]");
        }
    }

    @Test
    void everyMismatchIsListedAtOnce() {
        write("model.safetensors", "lm_head.weight", "model.layers.0.mlp.up_proj.wieght", "image_newline");
        try (Checkpoint checkpoint = Checkpoint.open(directory)) {
            checkpoint.claim("lm_head.weight", 3, 2);
            checkpoint.claim("model.language_model.layers.0.mlp.up_proj.weight", 2, 3);
            for (int i = 0; i < 11; i++) {
                checkpoint.claim("model.vision_tower." + i + ".weight", 2, 3);
            }
            assertThatThrownBy(checkpoint::requireAllClaimed)
                    .isInstanceOf(CheckpointMismatchException.class)
                    .hasMessageContaining("Cannot load the model in " + directory)
                    .hasMessageContaining("12 missing:")
                    .hasMessageContaining("model.language_model.layers.0.mlp.up_proj.weight [2, 3] (near names: "
                            + "model.language_model.layers.0.mlp.up_proj.wieght")
                    .hasMessageContaining("... and 2 more")
                    .hasMessageContaining("1 of the wrong shape:\n  lm_head.weight: lm_head.weight in model.safetensors"
                            + " has shape [2, 3], expected [3, 2]")
                    .hasMessageContaining("2 surplus:\n  image_newline in model.safetensors");
        }
    }

    /** A file in which every tensor is 2 x 3 and counts from 0. */
    private void write(String file, String... names) {
        Map<String, HostTensor> tensors = new HashMap<>();
        for (String name : names) {
            tensors.put(name, HostTensor.ofFloats(new float[] {0, 1, 2, 3, 4, 5}, 2, 3));
        }
        SafetensorsWriter.write(directory.resolve(file), tensors, SafetensorsWriter.PYTORCH);
    }

    private void writeIndex(String... namesAndFiles) throws IOException {
        StringBuilder map = new StringBuilder();
        for (int i = 0; i < namesAndFiles.length; i += 2) {
            map.append(i == 0 ? "" : ",").append("\"%s\": \"%s\"".formatted(namesAndFiles[i], namesAndFiles[i + 1]));
        }
        Files.writeString(
                directory.resolve("model.safetensors.index.json"), "{\"metadata\": {}, \"weight_map\": {" + map + "}}");
    }
}
