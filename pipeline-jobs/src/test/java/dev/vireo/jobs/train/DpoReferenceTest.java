// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.vireo.jobs.config.InvalidSettingsException;
import dev.vireo.jobs.runtime.JobOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DpoReferenceTest {
    /** Reference and policy are summed in other batches. */
    private static final double LOSS = 1e-5;

    @TempDir
    Path folder;

    @Test
    void referenceIsTheStartAndIsComputedOnce() throws Exception {
        TinyRun tiny = new TinyRun(folder);
        Path shards = tiny.shards("rows", 8, true);
        String heldOut = tiny.shards("held-out", 4, true).toString();
        String[] settings = {
            "train.objective=dpo", "train.steps=3", "train.batch-size=4", "train.learning-rate=1e-2", "train.workers=2"
        };
        Path first = tiny.train(Map.of(JobOption.EVAL, List.of(heldOut)), shards, "first", settings);
        assertThat(TinyRun.losses(first).get(0)).isCloseTo(Math.log(2), within(LOSS));
        assertThat(TinyRun.evaluations(first).get(0).get("eval_rewards/margins").getAsDouble())
                .isNotZero();
        assertThat(first.resolve("reference/_SUCCESS.json")).exists();

        String adapter = first.resolve("adapter").toString();
        Path second = tiny.train(
                Map.of(JobOption.ADAPTER, List.of(adapter)),
                shards,
                "from-start",
                "train.objective=dpo",
                "train.steps=1");
        assertThat(TinyRun.losses(second).get(0)).isCloseTo(Math.log(2), within(LOSS));
        Path third = tiny.train(
                Map.of(JobOption.ADAPTER, List.of(adapter)),
                shards,
                "from-base",
                "train.objective=dpo",
                "train.steps=1",
                "train.reference=base",
                "train.reference-scores=" + first.resolve("reference"));
        assertThat(TinyRun.losses(third).get(0)).isNotCloseTo(Math.log(2), within(100 * LOSS));
        Path quantized = tiny.train(
                Map.of(JobOption.ADAPTER, List.of(adapter)),
                shards,
                "quantized",
                "train.objective=dpo",
                "train.steps=1",
                "model.base=nf4");
        assertThat(TinyRun.losses(quantized).get(0)).isCloseTo(Math.log(2), within(LOSS));
        assertThatThrownBy(() -> tiny.train(
                        Map.of(JobOption.ADAPTER, List.of(adapter)),
                        shards,
                        "other",
                        "train.objective=dpo",
                        "train.reference-scores=" + first.resolve("reference")))
                .isInstanceOf(InvalidSettingsException.class)
                .hasMessageContaining("Cannot use the scores in")
                .hasMessageContaining("another adapter");
    }
}
