// SPDX-License-Identifier: Apache-2.0
package dev.vireo.planning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import dev.vireo.adapter.AdaptedModule;
import dev.vireo.adapter.LoraSettings;
import dev.vireo.model.ModelSurvey;
import dev.vireo.planning.Recipe.MicroBatch;
import dev.vireo.planning.Recipe.Optimizer;
import dev.vireo.pretrained.PretrainedModel;
import dev.vireo.quantization.BaseFormat;
import dev.vireo.tensor.Precision;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Plans of LLaVA-1.6 with Mistral 7B, from its published config.json. */
class RunPlanTest {
    private static final MicroBatch BATCH = new MicroBatch(1500, 250, 3, 1);
    private static final long PARAMETERS = 7_566_747_648L;
    /** The tower's last layer and its norm, which nothing computes with. */
    private static final long UNUSED = 12_596_224 + 2048;

    private final ModelSurvey survey = PretrainedModel.survey(Path.of("../conf/models/llava-v1.6-mistral-7b"));
    private final List<AdaptedModule> language =
            AdaptedModule.of(survey.adapterHost(), new LoraSettings(16, 32, 0, "language"));

    @AfterEach
    void close() {
        survey.close();
    }

    private RunPlan plan(BaseFormat base, List<AdaptedModule> adapted, long graphBytes) {
        return new RunPlan(
                survey, new Recipe(Precision.BF16, base, adapted, true, graphBytes, BATCH, Optimizer.SINGLE));
    }

    @Test
    void fullTrainingHoldsEighteenBytesAParameterBesideTheFiles() {
        MemoryPlan memory = plan(BaseFormat.AS_IS, List.of(), 0).memory(0);
        long trained = PARAMETERS - UNUSED;
        assertThat(memory.weights()).isEqualTo(6 * trained);
        assertThat(memory.gradients()).isEqualTo(4 * trained);
        assertThat(memory.optimizer()).isEqualTo(8 * trained);
        assertThat(memory.mapped())
                .as("by the model, and by what it is compared with")
                .isEqualTo(2 * 2 * trained);
    }

    /** Files in bfloat16 under a float32 step: a master of each weight, and a cast copy of the checkpoint to compare with. */
    @Test
    void checkpointThatFullTrainingIsComparedWithIsMappedOrCast() {
        for (boolean opensBase : new boolean[] {false, true}) {
            Recipe recipe =
                    new Recipe(Precision.FP32, BaseFormat.AS_IS, List.of(), opensBase, 0, BATCH, Optimizer.SINGLE);
            assertThat(new RunPlan(survey, recipe).memory(0).weights())
                    .isEqualTo((opensBase ? 8 : 4) * (PARAMETERS - UNUSED));
        }
    }

    @Test
    void adapterOnAMappedBaseHoldsItsOwnFactorsOnly() {
        MemoryPlan memory = plan(BaseFormat.AS_IS, language, 0).memory(0);
        assertThat(memory.weights()).isEqualTo(4 * 41_943_040L);
        assertThat(memory.optimizer()).isEqualTo(8 * 41_943_040L);
        assertThat(memory.mapped()).isEqualTo(2 * (PARAMETERS - UNUSED));
        assertThat(memory.required()).isLessThan(3_000_000_000L);
    }

    /** 6 979 321 856 weights in 4.5 bits. */
    @Test
    void quantizedBaseReplacesTheLanguageModelsMappedLinears() {
        MemoryPlan memory = plan(BaseFormat.NF4, language, Long.MAX_VALUE).memory(0);
        long linears = 32L * (2 * 4096 * 4096 + 2 * 4096 * 1024 + 3 * 4096 * 14336);
        assertThat(memory.mapped()).isEqualTo(2 * (PARAMETERS - UNUSED - linears));
        assertThat((double) memory.weights() - 4 * 41_943_040L).isCloseTo(linears * 4.5 / 8, within(2e6));
        assertThat(memory.total()).isLessThan(8_000_000_000L);
    }

    @Test
    void keptGraphsStayWithinTheirShareAndSaveTheSecondForwardPass() {
        RunPlan recomputed = plan(BaseFormat.AS_IS, language, 0);
        RunPlan bounded = plan(BaseFormat.AS_IS, language, 2_000_000_000L);
        RunPlan kept = plan(BaseFormat.AS_IS, language, Long.MAX_VALUE);
        assertThat(bounded.memory(0).activations() - recomputed.memory(0).activations())
                .as("with what the allocator holds beside them")
                .isBetween(1_500_000_000L, 2_500_000_000L);
        assertThat(kept.memory(0).activations()).isGreaterThan(bounded.memory(0).activations());
        assertThat(kept.stepOperations()).isLessThan(bounded.stepOperations());
        assertThat(bounded.stepOperations()).isLessThan(recomputed.stepOperations());
        // Forward, input gradient and once more: about 3 x 2 operations a weight and token.
        assertThat(recomputed.stepOperations() / (6 * 6_979_321_856.0 * BATCH.tokens()))
                .isBetween(1.0, 1.15);
    }

    /** Tokens see their own row alone: of the same tokens in more rows fewer probabilities are kept. */
    @Test
    void graphsOfShorterRowsKeepFewerProbabilities() {
        long[] activations = new long[2];
        for (int i = 0; i < 2; i++) {
            MicroBatch batch = new MicroBatch(1000, 100, 3, i == 0 ? 1 : 4);
            Recipe recipe = new Recipe(
                    Precision.BF16, BaseFormat.AS_IS, language, true, Long.MAX_VALUE, batch, Optimizer.SINGLE);
            activations[i] = new RunPlan(survey, recipe).memory(0).activations();
        }
        // 32 layers of 32 heads that see half of 1000 and of 250 tokens, and a layer that computes; what the allocator
        // holds.
        double fewer = 1.25 * 2 * 33 * 32 * 1000 * (1000 - 250) / 2;
        assertThat((double) (activations[0] - activations[1])).isCloseTo(fewer, within(0.01 * fewer));
    }

    @Test
    void keysAndValuesAreThoseOfEightHeadsInThirtyTwoLayers() {
        assertThat(plan(BaseFormat.AS_IS, language, 0).keyValueBytes(1)).isEqualTo(2 * 32 * 8 * 128 * 2);
    }

    @Test
    void measuredRateIsThatOfAMachine() {
        assertThat(MultiplyRate.measure(Device.cpu(), Precision.FP32)).isBetween(1e8, 1e14);
    }
}
