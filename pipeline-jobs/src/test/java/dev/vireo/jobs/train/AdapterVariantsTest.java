// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.vireo.checkpoint.LoraVariant;
import dev.vireo.checkpoint.PeftAdapter;
import dev.vireo.jobs.config.InvalidSettingsException;
import dev.vireo.jobs.runtime.JobOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a user sets for adapters and their optimizer, and what comes out. */
class AdapterVariantsTest {
    private static final String QUERY = "model.language_model.layers.0.self_attn.q_proj";
    private static final String TOWER = "model.vision_tower.encoder.layers.0.mlp.fc1";
    private static final String[] VARIANT = {
        "train.batch-size=4",
        "train.learning-rate=2e-3",
        "train.lora.rank=4",
        "train.lora.alpha=8",
        "train.lora.rslora=true",
        "train.lora.dora=true",
        "train.lora.dropout=0.1",
        "train.lora.plus-ratio=4",
        "train.lora.tower.targets=.*\\.fc1",
        "train.lora.tower.rank=2",
        "train.lora.projector.alpha=3",
        "train.lora.projector.targets=all-linear"
    };
    /** Reference and policy are summed in other batches. */
    private static final double LOSS = 1e-5;

    @TempDir
    Path folder;

    private TinyRun tiny;
    private Path shards;

    @BeforeEach
    void prepare() throws Exception {
        tiny = new TinyRun(folder);
        shards = tiny.shards("rows", 12, true);
    }

    private Path train(String output, List<String> more, String... settings) throws Exception {
        List<String> all = new java.util.ArrayList<>(List.of(settings));
        all.addAll(more);
        return tiny.train(shards, output, all.toArray(String[]::new));
    }

    @Test
    void variantIsTrainedStoredAndContinued() throws Exception {
        Path first = train("first", List.of("train.steps=3"), VARIANT);
        PeftAdapter stored = PeftAdapter.read(first.resolve("adapter"));
        assertThat(stored.config().variant()).isEqualTo(new LoraVariant(true, true));
        assertThat(stored.pairs()).hasSize(14 + 2 + 2);
        assertThat(stored.scale(QUERY)).isEqualTo(4); // 8 / sqrt(4)
        assertThat(stored.scale(TOWER)).isEqualTo(8 / Math.sqrt(2));
        assertThat(stored.scale("model.multi_modal_projector.linear_1")).isEqualTo(1.5); // 3 / sqrt(4)
        assertThat(stored.pairs().get(QUERY).magnitude().shape()).containsExactly(60);
        assertThat(TinyRun.steps(first).get(0).keySet())
                .contains("grad_norm/tower", "grad_norm/projector", "grad_norm/language")
                .contains("grad_norm/lora_A", "grad_norm/lora_B", "grad_norm/lora_magnitude_vector");

        Path second = tiny.train(
                Map.of(JobOption.ADAPTER, List.of(first.resolve("adapter").toString())),
                shards,
                "second",
                "train.steps=1",
                "train.batch-size=12");
        PeftAdapter continued = PeftAdapter.read(second.resolve("adapter"));
        assertThat(continued.config().variant()).isEqualTo(new LoraVariant(true, true));
        assertThat(continued.pairs().get(TOWER).loraRank()).isEqualTo(2);
        assertThat(continued.pairs().get(TOWER).magnitude().toFloats())
                .isNotEqualTo(stored.pairs().get(TOWER).magnitude().toFloats());
        assertThat(TinyRun.losses(second).get(0))
                .isLessThan(TinyRun.losses(first).get(0));
    }

    @Test
    void referenceIsAnyAdapter() throws Exception {
        Path other = train("other", List.of("train.steps=3"), VARIANT);
        String adapter = other.resolve("adapter").toString();
        Map<JobOption, List<String>> from = Map.of(JobOption.ADAPTER, List.of(adapter));
        Path same =
                tiny.train(from, shards, "same", "train.objective=dpo", "train.steps=1", "train.reference=" + adapter);
        assertThat(TinyRun.losses(same).get(0)).isCloseTo(Math.log(2), within(LOSS));
        Path fromBase =
                tiny.train(shards, "from-base", "train.objective=dpo", "train.steps=1", "train.reference=" + adapter);
        assertThat(TinyRun.losses(fromBase).get(0)).isNotCloseTo(Math.log(2), within(100 * LOSS));
    }

    @Test
    void fullTrainingWithCompensationFollowsThatWithMasters() throws Exception {
        List<String> settings = List.of(
                "model.precision=bf16",
                "train.objective=sft",
                "train.full=true",
                "train.steps=6",
                "train.batch-size=12",
                "train.learning-rate=5e-4",
                "train.warmup-ratio=0.3",
                "train.min-learning-rate=1e-4");
        Path masters = train("masters", settings);
        Path kahan = train("kahan", settings, "train.master=kahan");
        List<Double> expected = TinyRun.losses(masters);
        List<Double> losses = TinyRun.losses(kahan);
        double learned = losses.get(0) - losses.get(5);
        assertThat(learned).isPositive();
        for (int step = 0; step < 6; step++) {
            // Adam makes a whole step of a gradient that is rounding noise, whichever way it points.
            assertThat(losses.get(step)).isCloseTo(expected.get(step), within(0.15 * learned));
        }
        assertThat(TinyRun.steps(kahan))
                .extracting(line -> line.get("learning_rate").getAsDouble())
                .startsWith(0.0, 2.5e-4, 5e-4);
        assertThatThrownBy(() -> train("fp32", List.of(), "train.full=true", "train.master=kahan", "train.steps=1"))
                .isInstanceOf(InvalidSettingsException.class)
                .hasMessageContaining("Invalid train.master: kahan")
                .hasMessageContaining("model.precision=bf16");
    }
}
