// SPDX-License-Identifier: Apache-2.0
package dev.vireo.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WeightNamesTest {
    private final WeightNames names = WeightNames.of("llava_next");

    @ParameterizedTest
    @CsvSource(textBlock = """
            # the original LLaVA code
            model.vision_tower.vision_tower.vision_model.embeddings.class_embedding, model.vision_tower.embeddings.class_embedding
            model.mm_projector.0.weight, model.multi_modal_projector.linear_1.weight
            model.mm_projector.2.bias, model.multi_modal_projector.linear_2.bias
            model.layers.31.self_attn.q_proj.weight, model.language_model.layers.31.self_attn.q_proj.weight
            model.embed_tokens.weight, model.language_model.embed_tokens.weight
            model.norm.weight, model.language_model.norm.weight
            # the hub, transformers up to 4.51
            vision_tower.vision_model.pre_layrnorm.weight, model.vision_tower.pre_layrnorm.weight
            multi_modal_projector.linear_1.weight, model.multi_modal_projector.linear_1.weight
            image_newline, model.image_newline
            language_model.model.layers.0.mlp.up_proj.weight, model.language_model.layers.0.mlp.up_proj.weight
            language_model.lm_head.weight, lm_head.weight
            # transformers 4.52 to 4.57
            model.vision_tower.vision_model.encoder.layers.2.mlp.fc1.bias, model.vision_tower.encoder.layers.2.mlp.fc1.bias
            # transformers 5 at run time
            model.vision_tower.encoder.layers.2.mlp.fc1.bias, model.vision_tower.encoder.layers.2.mlp.fc1.bias
            model.language_model.norm.weight, model.language_model.norm.weight
            model.image_newline, model.image_newline
            lm_head.weight, lm_head.weight
            # as transformers 5 saves
            vision_tower.post_layernorm.bias, model.vision_tower.post_layernorm.bias
            language_model.model.norm.weight, model.language_model.norm.weight
            """)
    void everyGenerationsNameBecomesCanonical(String stored, String canonical) {
        assertThat(names.canonical(stored)).hasValue(canonical);
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            model.language_model.embed_tokens.weight, language_model.model.embed_tokens.weight
            lm_head.weight, language_model.lm_head.weight
            model.vision_tower.encoder.layers.2.mlp.fc1.bias, vision_tower.encoder.layers.2.mlp.fc1.bias
            model.multi_modal_projector.linear_2.bias, multi_modal_projector.linear_2.bias
            model.image_newline, image_newline
            """)
    void canonicalNameIsSavedAsTransformersDoes(String canonical, String saved) {
        assertThat(names.saved(canonical)).hasValue(saved);
        assertThat(names.canonical(saved)).hasValue(canonical);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "llava15-tiny",
                "llavanext-tiny",
                "onevision-tiny",
                "onevision-tied",
                "paligemma-tiny",
                "idefics2-tiny",
                "idefics3-tiny"
            })
    void everyTensorOfATinyCheckpointIsUnderstoodInEveryGeneration(String name) {
        Path golden = Path.of("src/test/resources/golden").resolve(name);
        JsonObject generations = JsonFile.readObject(golden.resolve("names.json"));
        WeightNames ofFamily =
                WeightNames.of(ModelConfig.read(golden.resolve("model")).modelType());
        List<JsonElement> canonical = generations.getAsJsonArray("c").asList();
        for (String generation : generations.keySet()) {
            List<JsonElement> stored = generations.getAsJsonArray(generation).asList();
            for (int i = 0; i < stored.size(); i++) {
                assertThat(ofFamily.canonical(stored.get(i).getAsString()))
                        .as(generation)
                        .hasValue(canonical.get(i).getAsString());
            }
        }
        List<JsonElement> saved = generations.getAsJsonArray("saved").asList();
        for (int i = 0; i < saved.size(); i++) {
            assertThat(ofFamily.saved(canonical.get(i).getAsString()))
                    .hasValue(saved.get(i).getAsString());
        }
    }

    @Test
    void modulesAreRenamedToo() {
        assertThat(names.canonicalModule("language_model.lm_head")).hasValue("lm_head");
        assertThat(names.canonicalModule("model.mm_projector.2")).hasValue("model.multi_modal_projector.linear_2");
    }

    @Test
    void buffersAreSkipped() {
        assertThat(names.storedByCanonical(
                        List.of(
                                "model.layers.0.self_attn.rotary_emb.inv_freq",
                                "vision_tower.vision_model.embeddings.position_ids",
                                "lm_head.weight"),
                        "here"))
                .containsOnlyKeys("lm_head.weight");
    }

    @Test
    void unclaimedNamesAreListed() {
        List<String> stored = java.util.stream.IntStream.range(0, 12)
                .mapToObj(i -> "transformer.h." + i + ".weight")
                .toList();
        assertThatThrownBy(() -> names.storedByCanonical(stored, "DIR"))
                .isInstanceOf(CheckpointMismatchException.class)
                .hasMessageContaining("Cannot understand 12 of the weight names in DIR:")
                .hasMessageContaining("transformer.h.9.weight: no known part of the model has this name")
                .hasMessageContaining("... and 2 more")
                .hasMessageNotContaining("transformer.h.10.");
    }

    @Test
    void twoNamesOfOneWeightAreAnError() {
        assertThatThrownBy(() ->
                        names.storedByCanonical(List.of("lm_head.weight", "language_model.lm_head.weight"), "DIR"))
                .hasMessageContaining("language_model.lm_head.weight and lm_head.weight: both are lm_head.weight");
    }

    @Test
    void unknownFamilyIsRefused() {
        assertThatThrownBy(() -> WeightNames.of("llava_llama"))
                .hasMessageContaining("\"llava_llama\": it is not one of the families");
    }
}
