// SPDX-License-Identifier: Apache-2.0
package dev.vireo.pretrained;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vireo.batch.Sample;
import dev.vireo.checkpoint.CheckpointMismatchException;
import dev.vireo.image.ImageSpan;
import dev.vireo.image.ProcessedImage;
import dev.vireo.model.Golden;
import dev.vireo.tokenization.PairTokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PretrainedModelTest {
    @TempDir
    private Path directory;

    @ParameterizedTest
    @MethodSource("dev.vireo.model.Golden#names")
    void imageTokensStandWhereTheRowsPlaceholderStands(String name) {
        Golden golden = Golden.of(name);
        PretrainedModel model = PretrainedModel.open(golden.model());
        Sample row = golden.row("two-images");
        assertThat(row.promptIds()).contains(model.imageTokenId());
        for (int i = 0; i < row.images().size(); i++) {
            ProcessedImage image = row.images().get(i);
            ImageSpan span = model.images()
                    .span(image.imageHeight(), image.imageWidth(), row.images().size());
            assertThat(span).isEqualTo(row.imageSpans().get(i));
        }
    }

    @Test
    void hashesTellModelsApart() {
        PretrainedModel one = PretrainedModel.open(Golden.of("llavanext-tiny").model());
        PretrainedModel other =
                PretrainedModel.open(Golden.of("llavanext-window").model());
        assertThat(one.weightsHash()).hasSize(64).isNotEqualTo(other.weightsHash());
        assertThat(one.processorHash()).hasSize(64).isEqualTo(other.processorHash());
        assertThat(one.tokenizerHash()).hasSize(64).isNotEqualTo(other.tokenizerHash());
    }

    @Test
    void tokenizerIsTheModels() {
        PretrainedModel model = PretrainedModel.open(Golden.of("llava15-tiny").model());
        try (PairTokenizer tokenizer = model.tokenizer(null, PairTokenizer.Bos.TEMPLATE)) {
            assertThat(tokenizer.text().decode(tokenizer.text().encode("a cat")))
                    .isEqualTo("a cat");
        }
    }

    @Test
    void llavaWithAnotherTowerIsRefusedByName() throws IOException {
        Files.writeString(
                directory.resolve("config.json"),
                "{\"model_type\": \"llava\", \"vision_config\": {\"model_type\": \"pixtral\", \"image_size\": 336}}");
        Files.writeString(
                directory.resolve("preprocessor_config.json"),
                "{\"image_processor_type\": \"CLIPImageProcessor\", \"crop_size\": 336}");
        assertThatThrownBy(() -> PretrainedModel.open(directory))
                .isInstanceOf(CheckpointMismatchException.class)
                .hasMessageContaining(
                        "vision_config.model_type is \"pixtral\" (supported: [clip_vision_model, siglip_vision_model])");
    }

    @Test
    void siglipPicturesThatAreNoSquaresAreRefused() throws IOException {
        Files.copy(Golden.of("llava-siglip").model().resolve("config.json"), directory.resolve("config.json"));
        Files.writeString(
                directory.resolve("preprocessor_config.json"),
                "{\"image_processor_type\": \"SiglipImageProcessor\", \"size\": {\"shortest_edge\": 28}}");
        assertThatThrownBy(() -> PretrainedModel.open(directory))
                .isInstanceOf(CheckpointMismatchException.class)
                .hasMessageContaining(
                        "size has a shortest edge, which gives no square tile (supported: height and width)");
    }

    @Test
    void unknownFamilyIsNamedWithThoseThatThereAre() throws IOException {
        Files.writeString(directory.resolve("config.json"), "{\"model_type\": \"qwen2_vl\"}");
        assertThatThrownBy(() -> PretrainedModel.open(directory))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(
                        "config.json: model_type is qwen2_vl (known: llava, llava_next, llava_onevision, paligemma, idefics2, idefics3, smolvlm);"
                                + " use a checkpoint of one of these types");
    }
}
