// SPDX-License-Identifier: Apache-2.0
package dev.vireo.pretrained;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import dev.vireo.checkpoint.Checkpoint;
import dev.vireo.checkpoint.CheckpointMismatchException;
import dev.vireo.checkpoint.HostTensor;
import dev.vireo.checkpoint.ModelConfig;
import dev.vireo.checkpoint.StoredType;
import dev.vireo.model.Golden;
import dev.vireo.model.VisionLanguageModel;
import dev.vireo.nn.Parameter;
import dev.vireo.tensor.Precision;
import dev.vireo.training.Replica;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModelExportTest {
    private static final String NORM = "model.language_model.norm.weight";

    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "llava15-tiny",
                "llavanext-tiny",
                "llavanext-bf16-sharded",
                "onevision-tied",
                "paligemma-tiny",
                "idefics2-tiny",
                "idefics3-tiny"
            })
    void untouchedMastersGiveTheSourcesWeights(String name) {
        PretrainedModel source = PretrainedModel.open(Golden.of(name).model());
        Path target = directory.resolve("model");
        boolean bf16 = name.contains("bf16") || name.contains("tied");
        try (VisionLanguageModel model = source.loader().trainable(Device.cpu(), Precision.FP32)) {
            List<Parameter> trained = Replica.allTrainable(model);
            assertThat(trained).isNotEmpty();
            ModelExport.write(
                    source,
                    ModelExport.masters(trained, model.tensors()),
                    bf16 ? StoredType.BF16 : StoredType.F32,
                    target);
        }
        assertThat(PretrainedModel.open(target).weightsHash()).isEqualTo(source.weightsHash());
        assertThat(PretrainedModel.open(target).tokenizerHash()).isEqualTo(source.tokenizerHash());
        assertThat(PretrainedModel.open(target).processorHash()).isEqualTo(source.processorHash());
    }

    @Test
    void newValuesTakeTheirPlacesRoundedToTheNearest() {
        PretrainedModel source = PretrainedModel.open(Golden.of("llava15-tiny").model());
        Path target = directory.resolve("model");
        float[] values = new float[60];
        Arrays.fill(values, 1.00390625f); // halfway between two bfloat16 numbers, the even one is 1
        values[1] = 1.01171875f; // halfway, the even one is 1.015625
        values[2] = Float.NaN;
        values[3] = -3.4e38f;
        ModelExport.write(source, Map.of(NORM, () -> HostTensor.ofFloats(values, 60)), StoredType.BF16, target);
        try (Checkpoint written = Checkpoint.open(target);
                Checkpoint original = Checkpoint.open(source.directory())) {
            assertThat(written.names()).isEqualTo(original.names());
            assertThat(written.storedName(NORM)).isEqualTo(original.storedName(NORM));
            assertThat(written.info(NORM).type()).isEqualTo(StoredType.BF16);
            float[] read = written.tensor(NORM).toFloats();
            assertThat(read[0]).isEqualTo(1.0f);
            assertThat(read[1]).isEqualTo(1.015625f);
            assertThat(read[2]).isNaN();
            assertThat(read[3]).isEqualTo(Float.NEGATIVE_INFINITY);
        }
        assertThat(ModelConfig.read(target).text("dtype")).isEqualTo("bfloat16");
    }

    @Test
    void anEarlierDirectoryIsReplacedAndNothingElseIsLeft() throws IOException {
        PretrainedModel source =
                PretrainedModel.open(Golden.of("llavanext-tiny").model());
        Path target = Files.createDirectories(directory.resolve("model"));
        Files.writeString(target.resolve("old.txt"), "old");
        ModelExport.write(source, Map.of(), StoredType.F32, target);
        try (Stream<Path> left = Files.list(directory)) {
            assertThat(left).containsExactly(target);
        }
        assertThat(target.resolve("old.txt")).doesNotExist();
        assertThat(target.resolve("chat_template.jinja"))
                .hasSameTextualContentAs(source.directory().resolve("chat_template.jinja"));
    }

    @Test
    void otherShapesAndUnknownNamesAreRefused() {
        PretrainedModel source = PretrainedModel.open(Golden.of("llava15-tiny").model());
        Path target = directory.resolve("model");
        HostTensor tensor = HostTensor.ofFloats(new float[59], 59);
        assertThatThrownBy(() -> ModelExport.write(source, Map.of(NORM, () -> tensor), StoredType.F32, target))
                .isInstanceOf(CheckpointMismatchException.class)
                .hasMessageContaining(NORM)
                .hasMessageContaining("[59]")
                .hasMessageContaining("[60]");
        assertThat(target).doesNotExist();
        assertThatThrownBy(() -> ModelExport.write(source, Map.of("model.x", () -> tensor), StoredType.F32, target))
                .hasMessageContaining("Cannot write [model.x]");
        assertThatThrownBy(() -> ModelExport.write(source, Map.of(), StoredType.F16, target))
                .hasMessageContaining("Cannot write a model as F16 (expected F32 or BF16)");
    }
}
