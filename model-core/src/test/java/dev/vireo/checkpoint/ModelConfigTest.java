// SPDX-License-Identifier: Apache-2.0
package dev.vireo.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelConfigTest {
    /** The layout of the published LLaVA-1.6 Mistral directory, in the spelling of transformers 4. */
    private static final String VERSION_4 = """
            {"model_type": "llava_next", "torch_dtype": "float16", "image_token_index": 32000,
             "text_config": {"model_type": "mistral", "intermediate_size": 14336, "num_key_value_heads": 8,
               "rms_norm_eps": 1e-05, "rope_theta": 1000000.0, "sliding_window": null, "vocab_size": 32064},
             "vision_config": {"hidden_size": 1024, "image_size": 336, "num_attention_heads": 16,
               "num_hidden_layers": 24, "patch_size": 14}}""";

    private static ModelConfig parse(String json) {
        return ModelConfig.parse(json, "config.json");
    }

    @Test
    void absentValuesAreThoseOfTransformers() {
        ModelConfig config = parse(VERSION_4);
        assertThat(config.modelType()).isEqualTo("llava_next");
        assertThat(config.integer("text_config.hidden_size")).isEqualTo(4096);
        assertThat(config.integer("text_config.head_dim")).isEqualTo(128);
        assertThat(config.text("text_config.hidden_act")).isEqualTo("silu");
        assertThat(config.optionalInteger("text_config.sliding_window")).isEmpty();
        assertThat(config.text("vision_config.hidden_act")).isEqualTo("quick_gelu");
        assertThat(config.number("vision_config.layer_norm_eps")).isEqualTo(1e-5);
        // a section that is there is completed from its own type, not from the family's section
        assertThat(config.integer("vision_config.intermediate_size")).isEqualTo(3072);
        assertThat(config.integers("vision_feature_layer")).containsExactly(-2);
        assertThat(config.integerLists("image_grid_pinpoints")).hasSize(5).contains(List.of(1008, 336));
        assertThat(config.flag("multimodal_projector_bias")).isTrue();
    }

    @Test
    void sectionLeftOutIsTheFamilysOwn() {
        ModelConfig config = parse("{\"model_type\": \"llava\", \"vision_config\": null}");
        assertThat(config.integer("vision_config.intermediate_size")).isEqualTo(4096);
        assertThat(config.integer("vision_config.image_size")).isEqualTo(336);
        assertThat(config.text("text_config.model_type")).isEqualTo("llama");
        assertThat(config.integer("text_config.num_key_value_heads")).isEqualTo(32);
        assertThat(config.has("image_grid_pinpoints")).isFalse();
    }

    @Test
    void mistralWindowIsTheDefaultUnlessSaidToBeNone() {
        String mistral = "{\"model_type\": \"llava_next\", \"text_config\": {\"model_type\": \"mistral\"}}";
        assertThat(parse(mistral).optionalInteger("text_config.sliding_window")).hasValue(4096);
    }

    @Test
    void bothSpellingsOfRopeAndTypeReadAlike() {
        ModelConfig version4 = parse(VERSION_4);
        ModelConfig version5 = parse("""
                {"model_type": "llava_next", "dtype": "float16", "image_token_id": 7,
                 "text_config": {"model_type": "mistral", "rope_parameters": {"rope_theta": 1000000.0, "rope_type": "default"}}}""");
        for (ModelConfig config : List.of(version4, version5)) {
            assertThat(config.text("dtype")).isEqualTo("float16");
            assertThat(config.number("text_config.rope_parameters.rope_theta")).isEqualTo(1e6);
            assertThat(config.text("text_config.rope_parameters.rope_type")).isEqualTo("default");
        }
        assertThat(version4.integer("image_token_index")).isEqualTo(32000);
        assertThat(version5.integer("image_token_index")).isEqualTo(7);
    }

    @Test
    void oldRopeScalingIsDetected() {
        ModelConfig config = parse("""
                {"model_type": "llava", "text_config": {"rope_scaling": {"type": "linear", "factor": 2.0}}}""");
        assertThat(config.number("text_config.rope_parameters.rope_theta")).isEqualTo(10_000);
        assertThatThrownBy(() -> config.requireOneOf("text_config.rope_parameters.rope_type", "default"))
                .isInstanceOf(CheckpointMismatchException.class)
                .hasMessage("Cannot build the model of config.json: text_config.rope_parameters.rope_type is \"linear\""
                        + " (supported: [default])");
    }

    @Test
    void supportedValuesPass() {
        ModelConfig config = parse("{\"model_type\": \"llava\", \"text_config\": {\"attention_bias\": false}}");
        config.requireOneOf("text_config.attention_bias", false);
        config.requireOneOf("text_config.hidden_act", "gelu", "silu");
        config.requireOneOf("text_config.attention_dropout", 0);
        config.requireOneOf("text_config.no_such_key", 1);
        assertThatThrownBy(() -> config.requireOneOf("text_config.attention_bias", true))
                .hasMessageContaining("text_config.attention_bias is false (supported: [true])");
    }

    @Test
    void textSectionsTieDecidesForLlava() {
        String config = "{\"model_type\": \"%s\", \"text_config\": {\"tie_word_embeddings\": true}}";
        assertThat(parse(config.formatted("llava")).flag("tie_word_embeddings")).isTrue();
        assertThat(parse(config.formatted("llava_next")).flag("tie_word_embeddings"))
                .isFalse();
    }

    @Test
    void defaultsOfOneVisionAreThoseOfTransformers() {
        ModelConfig config =
                parse("{\"model_type\": \"llava_onevision\", \"text_config\": {\"tie_word_embeddings\": true}}");
        assertThat(config.integer("vision_config.num_hidden_layers")).isEqualTo(26);
        assertThat(config.text("vision_config.hidden_act")).isEqualTo("gelu_pytorch_tanh");
        assertThat(config.text("text_config.model_type")).isEqualTo("qwen2");
        assertThat(config.integerLists("image_grid_pinpoints"))
                .hasSize(36)
                .contains(List.of(384, 2304))
                .startsWith(List.of(384, 384));
        assertThat(config.text("vision_aspect_ratio")).isEqualTo("anyres_max_9");
        assertThat(config.flag("tie_word_embeddings")).isTrue();
    }

    @Test
    void defaultsOfPaligemmaAreThoseOfTransformers() {
        ModelConfig config = parse("{\"model_type\": \"paligemma\"}");
        assertThat(config.integer("text_config.head_dim")).isEqualTo(256);
        assertThat(config.integer("text_config.num_key_value_heads")).isEqualTo(1);
        assertThat(config.integer("vision_config.intermediate_size")).isEqualTo(4096);
        assertThat(config.flag("tie_word_embeddings")).isTrue();
    }

    @Test
    void wrongValuesAreNamed() {
        ModelConfig config =
                parse("{\"model_type\": \"llava\", \"text_config\": {\"hidden_size\": \"wide\"}, \"x\": 1.5}");
        assertThatThrownBy(() -> config.integer("text_config.hidden_size"))
                .hasMessage("Cannot read config.json: text_config.hidden_size is \"wide\" (expected a whole number)");
        assertThatThrownBy(() -> config.integer("x")).hasMessageContaining("x is 1.5 (expected a whole number)");
        assertThatThrownBy(() -> config.flag("x")).hasMessageContaining("expected true or false");
        assertThatThrownBy(() -> config.text("text_config")).hasMessageContaining("expected a text");
        assertThatThrownBy(() -> config.number("none.at.all")).hasMessageContaining("it has no none.at.all");
        assertThatThrownBy(() -> config.integerLists("x")).hasMessageContaining("list of lists");
    }

    @Test
    void brokenFileIsNamed(@TempDir Path directory) throws IOException {
        assertThatThrownBy(() -> ModelConfig.read(directory)).hasMessageContaining("Cannot read " + directory);
        Path file = Files.writeString(directory.resolve("config.json"), "{\"model_type\": llava}");
        assertThatThrownBy(() -> ModelConfig.read(directory))
                .isInstanceOf(CheckpointMismatchException.class)
                .hasMessageContaining("Cannot read " + file + ": it is not JSON");
        Files.writeString(file, "{}");
        assertThatThrownBy(() -> ModelConfig.read(directory).modelType())
                .hasMessage("Cannot read " + file + ": it has no model_type (expected a text)");
    }
}
