// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.vireo.checkpoint.Checkpoint;
import dev.vireo.checkpoint.Fingerprint;
import dev.vireo.checkpoint.PeftAdapter;
import dev.vireo.jobs.runtime.JobOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainJobTest {
    /** Workers sum their gradients in another order than one worker its micro-batches. */
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

    @Test
    void runLeavesWhatTheContractNames() throws Exception {
        Path output = tiny.train(
                Map.of(JobOption.EVAL, List.of(tiny.shards("held-out", 5, true).toString())),
                shards,
                "run",
                "train.steps=5",
                "train.batch-size=2",
                "train.learning-rate=1e-3",
                "train.eval-every=2",
                "train.save-every=1",
                "train.keep=2");
        assertThat(PeftAdapter.read(output.resolve("adapter")).pairs()).hasSize(14);
        assertThat(PeftAdapter.read(output.resolve("best")).pairs()).hasSize(14);
        assertThat(names(output.resolve("checkpoints"))).containsExactly("step-4", "step-5");
        assertThat(names(output.resolve("checkpoints/step-5")))
                .contains("commit.json", "training_state.safetensors", "adapter_model.safetensors");
        assertThat(names(output.resolve("events"))).hasSize(1);
        List<JsonObject> steps = TinyRun.steps(output);
        assertThat(steps).hasSize(5);
        assertThat(steps.get(0).keySet())
                .contains("step", "epoch", "loss", "learning_rate", "grad_norm", "seconds", "tokens")
                .contains("rewards/chosen", "rewards/margins", "logps/chosen", "nll_loss", "log_odds_ratio", "kl");
        assertThat(steps.get(0).get("kl").getAsDouble()).isZero();
        assertThat(steps.get(1).get("kl").getAsDouble()).isPositive();
        assertThat(steps.get(1).get("teraflops_per_second").getAsDouble()).isPositive();
        assertThat(steps.get(1).get("tokens_per_second").getAsDouble())
                .isCloseTo(
                        steps.get(1).get("tokens").getAsDouble()
                                / steps.get(1).get("seconds").getAsDouble(),
                        within(1e-6));
        assertThat(steps.get(1).keySet())
                .contains("data_seconds", "entropy", "rewards/margins_std", "grad_norm/language", "grad_norm/lora_B");
        assertThat(TinyRun.evaluations(output).get(0).keySet()).contains("eval_kl", "eval_entropy");
        TinyRun.requireExplained(output);
        assertThat(TinyRun.evaluations(output))
                .extracting(line -> line.get("step").getAsInt())
                .containsExactly(2, 4, 5);
        JsonObject run = JsonParser.parseString(Files.readString(output.resolve("run.json")))
                .getAsJsonObject();
        assertThat(run.getAsJsonObject("settings").get("train.batch-size").getAsString())
                .isEqualTo("2");
        assertThat(run.getAsJsonObject("hashes").keySet()).contains("model", "shards", "eval", "tokenizer");
        assertThat(tiny.console()).contains("5/5 steps").contains("tokens/s").contains("evaluation at step 2: loss");
    }

    @Test
    void severalWorkersOnTheSameGlobalBatchGiveTheSameLosses() throws Exception {
        Path one = tiny.train(shards, "one", "train.steps=6", "train.accumulation=4", "train.learning-rate=1e-3");
        List<Double> expected = TinyRun.losses(one);
        for (int workers : new int[] {2, 4}) {
            TinyRun some = TinyRun.on(folder, Map.of("spark.master", "local[" + workers + "]"));
            Path output = some.train(
                    shards,
                    "workers-" + workers,
                    "train.steps=6",
                    "train.workers=" + workers,
                    "train.accumulation=" + 4 / workers,
                    "train.learning-rate=1e-3");
            List<Double> losses = TinyRun.losses(output);
            assertThat(losses).hasSize(6);
            for (int step = 0; step < 6; step++) {
                assertThat(losses.get(step)).isCloseTo(expected.get(step), within(LOSS));
            }
        }
    }

    @Test
    void sharedOptimizerGivesTheSameModelAndSurvivesSegmentsAndCheckpoints() throws Exception {
        Path demonstrations = tiny.shards("sft", 12, false);
        List<byte[]> models = new ArrayList<>();
        for (String shard : List.of("yes", "no")) {
            Path output = tiny.train(
                    demonstrations,
                    "shard-" + shard,
                    "train.objective=sft",
                    "train.full=true",
                    "train.steps=6",
                    "train.workers=2",
                    "train.segment-steps=2",
                    "train.save-every=3",
                    "train.shard-optimizer=" + shard,
                    "train.learning-rate=1e-3");
            models.add(Files.readAllBytes(output.resolve("model/model.safetensors")));
            models.add(Files.readAllBytes(output.resolve("checkpoints/step-3/training_state.safetensors")));
        }
        assertThat(Arrays.equals(models.get(0), models.get(2))).isTrue();
        assertThat(Arrays.equals(models.get(1), models.get(3))).isTrue();
    }

    @Test
    void fullTrainingLeavesAModelThatTrainsOn() throws Exception {
        Path demonstrations = tiny.shards("sft", 8, false);
        Path output = tiny.train(
                demonstrations,
                "full",
                "train.objective=sft",
                "train.full=true",
                "train.steps=3",
                "train.batch-size=4",
                "train.learning-rate=1e-3");
        List<Double> losses = TinyRun.losses(output);
        assertThat(losses.get(2)).isLessThan(losses.get(0));
        try (Checkpoint base = Checkpoint.open(TinyRun.MODEL);
                Checkpoint trained = Checkpoint.open(output.resolve("model"))) {
            assertThat(trained.names()).isEqualTo(base.names());
        }
        assertThat(Fingerprint.tokenizer(output.resolve("model"))).isEqualTo(Fingerprint.tokenizer(TinyRun.MODEL));
        Path more = tiny.train(
                Map.of(JobOption.MODEL, List.of(output.resolve("model").toString())),
                demonstrations,
                "more",
                "train.objective=sft",
                "train.steps=1",
                "train.batch-size=8");
        assertThat(TinyRun.losses(more).get(0)).isLessThan(losses.get(0));
    }

    @Test
    void adapterIsContinued() throws Exception {
        Path first = tiny.train(shards, "first", "train.steps=3", "train.batch-size=4", "train.learning-rate=1e-2");
        Path second = tiny.train(
                Map.of(JobOption.ADAPTER, List.of(first.resolve("adapter").toString())),
                shards,
                "second",
                "train.steps=1",
                "train.batch-size=12");
        assertThat(TinyRun.losses(second).get(0))
                .isLessThan(TinyRun.losses(first).get(0));
    }

    private static List<String> names(Path directory) throws Exception {
        try (Stream<Path> children = Files.list(directory)) {
            return children.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }
}
