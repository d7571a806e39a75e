// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What {@code plan} says of each recipe of a published run, from the published configuration alone. */
class RecipePlansTest {
    /** Counts that the runs printed, or that follow from them: LoRA's count is in proportion to the rank. */
    private static final Map<String, Long> PUBLISHED = Map.of(
            "orpo-qlora-llava-1.6-rlaif-v", 24_616_960L,
            "dpo-idefics2-rlaif-v", 55_348_736L,
            "dpo-llava-1.5-rlaif-v", 2 * 23_633_920L,
            "dpo-paligemma-rlaif-v", 2 * 14_179_072L,
            "sft-llava-1.5-instruct-mix", 9_437_184L);

    static Iterable<PublishedRun> recipes() throws IOException {
        return PublishedRun.all();
    }

    @ParameterizedTest
    @MethodSource("recipes")
    void countsAreThoseThatTheRecipeNames(PublishedRun recipe) {
        JobRun run = JobRun.of(
                Plan.JOB,
                "--model",
                recipe.configuration(),
                "--conf",
                recipe.file(),
                "plan.flops=1e12",
                "plan.memory=80");
        assertThat(run.status()).as(run.err()).isZero();
        assertThat(run.out()).contains(String.format("of which trained %,d", recipe.trained()));
        assertThat(recipe.trained()).isEqualTo(PUBLISHED.getOrDefault(recipe.name(), recipe.trained()));
    }
}
