// SPDX-License-Identifier: Apache-2.0
package dev.vireo.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModuleMatcherTest {
    private static final WeightNames NAMES = WeightNames.of("llava_next");
    private static final List<String> ATTENTION = List.of("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj");

    /** LLaVA-1.6 Mistral 7B: 24 tower layers 1024 wide, 32 decoder layers 4096 wide; name and in + out. */
    private static final List<String> LINEARS = linears();

    private static List<String> linears() {
        List<String> linears = new ArrayList<>();
        for (int layer = 0; layer < 24; layer++) {
            String name = "model.vision_tower.encoder.layers." + layer + ".";
            ATTENTION.forEach(module -> linears.add(name + module));
            linears.addAll(List.of(name + "self_attn.out_proj", name + "mlp.fc1", name + "mlp.fc2"));
        }
        linears.add("model.multi_modal_projector.linear_1");
        linears.add("model.multi_modal_projector.linear_2");
        for (int layer = 0; layer < 32; layer++) {
            String name = "model.language_model.layers." + layer + ".";
            ATTENTION.forEach(module -> linears.add(name + module));
            List.of("self_attn.o_proj", "mlp.gate_proj", "mlp.up_proj", "mlp.down_proj")
                    .forEach(module -> linears.add(name + module));
        }
        linears.add("lm_head");
        return linears;
    }

    /** r (in + out) of a module at rank 8. */
    private static long factors(String module) {
        boolean tower = module.contains("vision_tower");
        int width = tower ? 1024 : 4096;
        String leaf = module.substring(module.lastIndexOf('.') + 1);
        long sum =
                switch (leaf) {
                    case "q_proj", "o_proj", "out_proj" -> 2L * width;
                    case "k_proj", "v_proj" -> tower ? 2L * width : 4096 + 1024;
                    case "fc1", "fc2" -> 1024 + 4096;
                    case "linear_1" -> 1024 + 4096;
                    case "linear_2" -> 4096 + 4096;
                    default -> 4096 + 14336;
                };
        return 8 * sum;
    }

    @ParameterizedTest
    @CsvSource({
        "all-linear, 24616960",
        "language, 20971520",
        ".*vision_tower.*, 3538944",
        "model\\.multi_modal_projector\\.linear_[12], 106496"
    })
    void publishedParameterCountsOfLlava16AreReproduced(String targets, long count) {
        List<String> matched = ModuleMatcher.match(targets, LINEARS, NAMES);
        assertThat(matched.stream().mapToLong(ModuleMatcherTest::factors).sum()).isEqualTo(count);
    }

    @Test
    void namesOfOlderVersionsAreUnderstoodWhereCanonicalOnesDoNotMatch() {
        assertThat(ModuleMatcher.match("language_model\\.model\\.layers\\.\\d+\\.self_attn\\.q_proj", LINEARS, NAMES))
                .hasSize(32)
                .contains("model.language_model.layers.31.self_attn.q_proj");
        assertThat(ModuleMatcher.match("vision_tower\\.vision_model\\..*\\.fc1", LINEARS, NAMES))
                .hasSize(24);
        assertThat(ModuleMatcher.match("model\\.layers\\.0\\..*", LINEARS, NAMES))
                .hasSize(7);
        assertThat(ModuleMatcher.match("model\\.mm_projector\\.0", LINEARS, NAMES))
                .containsExactly("model.multi_modal_projector.linear_1");
    }

    @Test
    void headIsNeverTaken() {
        assertThat(ModuleMatcher.match("all-linear", LINEARS, NAMES)).doesNotContain("lm_head");
        assertThat(ModuleMatcher.match(".*", LINEARS, NAMES)).hasSize(370).doesNotContain("lm_head");
    }

    @ParameterizedTest
    @CsvSource({"feed_forward, self_attn", ".*\\.qproj, q_proj", "q_proj, .*\\.q_proj takes a module in every layer"})
    void nothingMatchedIsAnErrorWithNearNames(String targets, String near) {
        assertThatThrownBy(() -> ModuleMatcher.match(targets, LINEARS, NAMES))
                .isInstanceOf(CheckpointMismatchException.class)
                .hasMessageContaining("\"" + targets + "\"")
                .hasMessageContaining("none of the 370 linear modules")
                .hasMessageContaining(near.equals("self_attn") ? "near names" : near);
    }

    @Test
    void whatIsNoExpressionIsAnArgumentError() {
        assertThatThrownBy(() -> ModuleMatcher.match("q_proj(", LINEARS, NAMES))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("q_proj(");
    }

    @Test
    void shortestDescriptionTellsAdaptedModulesFromOthers() {
        List<String> language = ModuleMatcher.match("language", LINEARS, NAMES);
        assertThat(TargetModules.describing(language, LINEARS).toString())
                .contains(".*(language_model).*\\\\.(down_proj|gate_proj|k_proj|o_proj|q_proj|up_proj|v_proj)");
        List<String> one = List.of("model.language_model.layers.3.self_attn.q_proj");
        TargetModules exact = TargetModules.describing(one, LINEARS);
        assertThat(LINEARS.stream().filter(exact::matches).toList()).isEqualTo(one);
    }
}
