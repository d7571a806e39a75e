// SPDX-License-Identifier: Apache-2.0
package dev.vireo.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vireo.checkpoint.ProcessorSettings.Fit;
import dev.vireo.checkpoint.ProcessorSettings.Padding;
import dev.vireo.checkpoint.ProcessorSettings.Size;
import dev.vireo.model.llava.Llava;
import dev.vireo.model.llavanext.LlavaNext;
import dev.vireo.model.paligemma.Paligemma;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProcessorSettingsTest {
    @TempDir
    private Path directory;

    @Test
    void readsTheFileOfTransformers4() throws IOException {
        Files.writeString(directory.resolve("preprocessor_config.json"), """
                {"image_processor_type": "CLIPImageProcessorFast", "crop_size": 336, "size": 224, "resample": 3,
                 "image_mean": [0.5, 0.25, 0.125], "image_std": [1, 2, 3], "rescale_factor": 0.5}
                """);
        ProcessorSettings settings = ProcessorSettings.read(directory);
        assertThat(settings.type()).isEqualTo("CLIPImageProcessor");
        assertThat(settings.crop()).isEqualTo(new Size(336, 336, Fit.EXACT));
        assertThat(settings.size()).isEqualTo(new Size(224, 224, Fit.SHORTEST_EDGE));
        assertThat(settings.padding()).isEqualTo(Padding.NONE);
        assertThat(settings.mean()).containsExactly(0.5, 0.25, 0.125);
        assertThat(settings.std()).containsExactly(1.0, 2.0, 3.0);
        assertThat(settings.rescale()).isEqualTo(0.5);
        assertThat(settings.pinpoints()).isEmpty();
    }

    @Test
    void settingsInsideTheProcessorsFileComeFirst() throws IOException {
        Files.writeString(directory.resolve("preprocessor_config.json"), "{\"image_processor_type\": \"Old\"}");
        Files.writeString(
                directory.resolve("processor_config.json"),
                "{\"image_processor\": {\"image_processor_type\": \"New\", \"size\": {\"height\": 5, \"width\": 7}}}");
        ProcessorSettings settings = ProcessorSettings.read(directory);
        assertThat(settings.type()).isEqualTo("New");
        assertThat(settings.size()).isEqualTo(new Size(5, 7, Fit.EXACT));
        assertThat(settings.source()).endsWith("processor_config.json");
    }

    @Test
    void missingFilesAreNamed() {
        assertThatThrownBy(() -> ProcessorSettings.read(directory))
                .isInstanceOf(CheckpointMismatchException.class)
                .hasMessageContaining("neither preprocessor_config.json nor image_processor in processor_config.json");
    }

    @Test
    void stepsThatAreOffLeaveLevelsAsTheyAre() {
        ProcessorSettings settings = ProcessorSettings.parse("""
                {"image_processor_type": "CLIPImageProcessor", "do_rescale": false, "do_normalize": false,
                 "do_center_crop": false, "resample": 2,
                 "size": {"height": 28, "width": 28}, "image_mean": [0.5, 0.25, 0]}""", "file");
        assertThat(settings.rescale()).isEqualTo(1);
        assertThat(settings.mean()).containsOnly(0.0);
        assertThat(settings.std()).containsOnly(1.0);
        assertThat(settings.resample()).isEqualTo(2);
        assertThat(settings.crop()).isEqualTo(new ProcessorSettings.Size(28, 28, ProcessorSettings.Fit.EXACT));
        assertThat(settings.meanColour()).containsExactly(127, 63, 0);
    }

    @Test
    void aProcessorThatNeverCropsCannotBeToldTo() {
        assertThatThrownBy(() -> ProcessorSettings.parse(
                        "{\"image_processor_type\": \"SiglipImageProcessor\", \"do_center_crop\": true}", "file"))
                .isInstanceOf(CheckpointMismatchException.class)
                .hasMessageContaining("do_center_crop is true (supported: [false])");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"do_resize\": false | do_resize is false (supported: [true])",
                "\"resample\": 0 | resample is 0 (supported: [1, 2, 3])",
                "\"size\": {\"longest_edge\": 980} | size has longest_edge or max_height",
                "\"size\": \"large\" | size is \"large\" (expected a whole number)",
            })
    void unsupportedOptionsAreNamed(String option, String message) {
        assertThatThrownBy(() -> ProcessorSettings.parse("{\"image_processor_type\": \"X\", " + option + "}", "file"))
                .isInstanceOf(CheckpointMismatchException.class)
                .hasMessageContaining("file")
                .hasMessageContaining(message);
    }

    @Test
    void familiesRefuseOtherProcessors() {
        ModelConfig llava = ModelConfig.parse("{\"model_type\": \"llava\"}", "config.json");
        assertThatThrownBy(() -> new Llava().images(llava, settings("BlipImageProcessor", 336, "")))
                .hasMessage("Cannot process images as file says: image_processor_type is BlipImageProcessor"
                        + " (supported: LlavaImageProcessor, CLIPImageProcessor, SiglipImageProcessor)");
        assertThatThrownBy(() -> new Llava().images(llava, settings("LlavaImageProcessor", 224, "")))
                .hasMessage("Cannot process images as file says: crop_size is 224 x 224, but the vision tower of"
                        + " config.json takes 336 x 336");
        assertThatThrownBy(() -> new Llava().images(llava, settings("CLIPImageProcessor", 336, ", \"do_pad\": true")))
                .hasMessageContaining("do_pad is true for CLIPImageProcessor");
        ModelConfig paligemma = ModelConfig.parse("{\"model_type\": \"paligemma\"}", "config.json");
        assertThatThrownBy(() -> new Paligemma().images(paligemma, settings("SiglipImageProcessor", 224, "")))
                .hasMessageContaining("size has a shortest edge");
    }

    @Test
    void resolutionsMustBeTheModels() {
        ModelConfig next = ModelConfig.parse("{\"model_type\": \"llava_next\"}", "config.json");
        String pinpoints = ", \"image_grid_pinpoints\": [[336, 672]]";
        assertThatThrownBy(() -> new LlavaNext().images(next, settings("LlavaNextImageProcessor", 336, pinpoints)))
                .hasMessageContaining(
                        "image_grid_pinpoints is " + List.of(List.of(336, 672)) + ", but config.json has");
    }

    private static ProcessorSettings settings(String type, int side, String more) {
        return ProcessorSettings.parse(
                "{\"image_processor_type\": \"" + type + "\", \"crop_size\": " + side + ", \"size\": " + side + more
                        + "}",
                "file");
    }
}
