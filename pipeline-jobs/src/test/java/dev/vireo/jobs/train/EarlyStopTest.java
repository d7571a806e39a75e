// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.vireo.jobs.config.InvalidSettingsException;
import dev.vireo.jobs.runtime.JobOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs that stop before their last step, with all that a run leaves. */
class EarlyStopTest {
    @TempDir
    Path folder;

    private TinyRun tiny;
    private Path shards;
    private Map<JobOption, List<String>> heldOut;

    @BeforeEach
    void prepare() throws Exception {
        tiny = new TinyRun(folder);
        shards = tiny.shards("rows", 12, true);
        heldOut =
                Map.of(JobOption.EVAL, List.of(tiny.shards("held-out", 4, true).toString()));
    }

    private static JsonObject summary(Path output) throws Exception {
        return JsonParser.parseString(Files.readString(output.resolve("_SUCCESS.json")))
                .getAsJsonObject();
    }

    private static void requireEnd(Path output, String kind, int step, String reason) throws Exception {
        JsonObject end = TinyRun.end(output);
        assertThat(end.get("kind").getAsString()).isEqualTo(kind);
        assertThat(end.get("step").getAsInt()).isEqualTo(step);
        assertThat(end.get("reason").getAsString()).contains(reason);
    }

    @Test
    void divergenceAboveTheThresholdStopsBehindThatStep() throws Exception {
        Path output = tiny.train(
                heldOut,
                shards,
                "alarm",
                "train.steps=20",
                "train.workers=2",
                "train.learning-rate=1e-2",
                "train.schedule=constant",
                "train.stop.kl-above=1e-7");
        // At the first step the adapter changes nothing yet.
        assertThat(TinyRun.steps(output))
                .extracting(line -> line.get("step").getAsInt())
                .containsExactly(1, 2);
        assertThat(TinyRun.evaluations(output))
                .extracting(line -> line.get("step").getAsInt())
                .containsExactly(2);
        assertThat(tiny.console()).contains("stopped early: kl ").contains("at step 2 is above 1.0E-7");
        assertThat(output.resolve("checkpoints/step-2/commit.json")).exists();
        assertThat(output.resolve("adapter/adapter_model.safetensors")).exists();
        assertThat(output.resolve("best/adapter_model.safetensors")).exists();
        assertThat(summary(output).get("steps").getAsInt()).isEqualTo(2);
        assertThat(summary(output).get("stopped").getAsString()).contains("train.stop.kl-above");
        requireEnd(output, "stopped-early", 2, "at step 2 is above 1.0E-7 (train.stop.kl-above)");
    }

    /** The checkpoint that the run started from is opened beside the trained weights; its reference is the same. */
    @Test
    void divergenceFromTheStartStopsFullTraining() throws Exception {
        Path output = tiny.train(
                heldOut,
                shards,
                "full",
                "train.full=true",
                "train.objective=dpo",
                "train.steps=20",
                "train.workers=2",
                "train.segment-steps=2",
                "train.learning-rate=1e-3",
                "train.schedule=constant",
                "train.stop.kl-above=1e-5");
        List<JsonObject> steps = TinyRun.steps(output);
        assertThat(steps).hasSize(2);
        assertThat(steps.get(0).get("kl").getAsDouble()).isCloseTo(0, within(1e-7));
        assertThat(steps.get(0).get("kl/reference").getAsDouble()).isCloseTo(0, within(1e-6));
        assertThat(steps.get(0).get("loss").getAsDouble()).isCloseTo(Math.log(2), within(1e-6));
        assertThat(steps.get(1).get("kl").getAsDouble()).isGreaterThan(1e-5);
        assertThat(TinyRun.evaluations(output).get(0).get("eval_kl").getAsDouble())
                .isGreaterThan(1e-5);
        requireEnd(output, "stopped-early", 2, "at step 2 is above 1.0E-5 (train.stop.kl-above)");
    }

    @Test
    void fullTrainingWithoutABaseMeasuresNoDivergence() throws Exception {
        Path output = tiny.train(heldOut, shards, "plain", "train.full=true", "train.steps=1", "train.kl-rows=0");
        assertThat(TinyRun.steps(output).get(0).has("kl")).isFalse();
        assertThat(TinyRun.evaluations(output).get(0).has("eval_kl")).isFalse();
    }

    @Test
    void evaluationsThatDoNotImproveStopTheRun() throws Exception {
        Path output = tiny.train(
                heldOut,
                shards,
                "patience",
                "train.steps=20",
                "train.learning-rate=1e-3",
                "train.eval-every=2",
                "train.stop.patience=2",
                "train.stop.min-delta=100");
        assertThat(TinyRun.evaluations(output))
                .extracting(line -> line.get("step").getAsInt())
                .containsExactly(2, 4, 6);
        assertThat(summary(output).get("stopped").getAsString())
                .contains("eval_loss did not become better than")
                .contains("in 2 evaluations (train.stop.patience)");
        assertThat(output.resolve("adapter/adapter_model.safetensors")).exists();
        assertThat(output.resolve("checkpoints/step-6/commit.json")).exists();
        requireEnd(output, "stopped-early", 6, "(train.stop.patience)");
    }

    @Test
    void runThatImprovesGoesOnToItsEnd() throws Exception {
        Path output = tiny.train(
                heldOut,
                shards,
                "whole",
                "train.steps=4",
                "train.batch-size=12",
                "train.learning-rate=1e-3",
                "train.schedule=constant",
                "train.eval-every=1",
                "train.best-metric=eval_kl",
                "train.stop.kl-above=1000",
                "train.stop.patience=4");
        assertThat(TinyRun.steps(output)).hasSize(4);
        assertThat(summary(output).has("stopped")).isFalse();
        requireEnd(output, "steps-done", 4, "all 4 steps are done");
    }

    @Test
    void patienceWithoutEvaluationsIsAContradiction() {
        assertThatThrownBy(() -> tiny.train(shards, "none", "train.steps=4", "train.stop.patience=2"))
                .isInstanceOf(InvalidSettingsException.class)
                .hasMessageContaining("Invalid train.stop.patience: 2 (expected 0 without --eval");
    }
}
