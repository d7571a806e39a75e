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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A short run of the job for each family of objectives. */
class ObjectivesTest {
    private static final double LOSS = 1e-5;

    @TempDir
    Path folder;

    private Path run(TinyRun tiny, Path shards, String... settings) throws Exception {
        List<String> all = new ArrayList<>(List.of(
                "train.steps=3",
                "train.batch-size=4",
                "train.learning-rate=1e-2",
                "train.schedule=constant",
                "train.shuffle=false"));
        all.addAll(Arrays.asList(settings));
        return tiny.train(shards, "run", all.toArray(String[]::new));
    }

    /** The policy is the reference before the first step, so the first loss is known. All steps see the same four rows. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            1 | train.loss=hinge
            0.69314718 | train.loss=cdpo train.label-smoothing=0.1
            0.69314718 | train.loss=aot
            0.69314718 | train.dpo.f-divergence=js
            0.69314718 | train.dpo.f-divergence=alpha train.dpo.f-alpha=1.5
            0.69314718 | train.dpo.ld-alpha=0.5
            1.34657359 | train.loss=[sigmoid,apo_zero] train.loss-weights=[0.5,1]
            """)
    void dpoBeginsAtItsKnownLossAndImproves(double first, String settings) throws Exception {
        TinyRun tiny = new TinyRun(folder);
        String[] given = ("train.objective=dpo " + settings).split(" ");
        List<Double> losses = TinyRun.losses(run(tiny, tiny.shards("rows", 4, true), given));
        assertThat(losses.get(0)).isCloseTo(first, within(LOSS));
        assertThat(losses.get(2)).isLessThan(losses.get(0));
    }

    @Test
    void aMixtureAddsTheLikelihood() throws Exception {
        TinyRun tiny = new TinyRun(folder);
        Path output = run(
                tiny,
                tiny.shards("rows", 4, true),
                "train.objective=dpo",
                "train.loss=[sigmoid, bco_pair, sft]",
                "train.loss-weights=[0.8,0.2,1.0]");
        TinyRun.requireExplained(output);
        JsonObject first = TinyRun.steps(output).get(0);
        double nll = first.get("nll_loss").getAsDouble();
        assertThat(first.get("loss").getAsDouble()).isCloseTo(1.2 * Math.log(2) + nll, within(LOSS));
        assertThat(TinyRun.steps(output).get(2).get("nll_loss").getAsDouble()).isLessThan(nll);
        JsonObject settings = JsonParser.parseString(Files.readString(output.resolve("run.json")))
                .getAsJsonObject()
                .getAsJsonObject("settings");
        assertThat(settings.get("train.loss").getAsString()).contains("sigmoid", "bco_pair", "sft");
        assertThat(settings.get("train.loss-weights").getAsString()).isEqualTo("[0.8,0.2,1]");
    }

    @Test
    void fullTrainingIsComparedWithTheCheckpointThatItStartedFrom() throws Exception {
        TinyRun tiny = new TinyRun(folder);
        Path output = tiny.train(
                tiny.shards("rows", 4, true),
                "run",
                "train.objective=dpo",
                "train.full=true",
                "train.steps=2",
                "train.batch-size=4",
                "train.learning-rate=1e-3",
                "train.schedule=constant");
        List<JsonObject> steps = TinyRun.steps(output);
        assertThat(steps.get(0).get("kl/reference").getAsDouble()).isCloseTo(0, within(LOSS));
        assertThat(Math.abs(steps.get(1).get("kl/reference").getAsDouble())).isGreaterThan(LOSS);
        assertThat(steps.get(0).get("kl").getAsDouble()).isCloseTo(0, within(LOSS));
        assertThat(steps.get(1).get("kl").getAsDouble()).isGreaterThan(LOSS);
    }

    @Test
    void pairsWeighAsMuchAsThePolicyFindsThemLikely() throws Exception {
        TinyRun tiny = new TinyRun(folder);
        Path output = run(
                tiny,
                tiny.shards("rows", 4, true),
                "train.objective=dpo",
                "train.dpo.weighting=wpo",
                "train.dpo.rpo-alpha=0.5");
        JsonObject first = TinyRun.steps(output).get(0);
        double weighted =
                first.get("loss").getAsDouble() - 0.5 * first.get("nll_loss").getAsDouble();
        assertThat(weighted).isPositive().isLessThan(Math.log(2));
    }

    @ParameterizedTest
    @CsvSource({
        "train.objective=cpo",
        "train.objective=cpo train.cpo.loss=ipo train.cpo.nll-weight=0.5",
        "train.objective=simpo train.beta=2 train.simpo.gamma=1",
        "train.objective=simpo train.cpo.alpha=0.25",
    })
    void withoutAReferenceNoneIsComputed(String settings) throws Exception {
        TinyRun tiny = new TinyRun(folder);
        Path output = run(tiny, tiny.shards("rows", 4, true), settings.split(" "));
        List<JsonObject> steps = TinyRun.steps(output);
        assertThat(steps.get(2).get("loss").getAsDouble())
                .isLessThan(steps.get(0).get("loss").getAsDouble());
        assertThat(steps.get(0).keySet())
                .contains("rewards/chosen", "rewards/accuracies", "rewards/margins", "logps/rejected", "nll_loss");
        assertThat(output.resolve("reference")).doesNotExist();
    }

    /** Policy and reference agree at first, so every reward and the point they count from are 0 and each loss is 1/2. */
    @ParameterizedTest
    @CsvSource({"kto, pairs", "kto, labels", "apo_zero_unpaired, labels"})
    void answersAreLearntOneByOne(String loss, String rows) throws Exception {
        TinyRun tiny = new TinyRun(folder);
        Path shards = rows.equals("pairs") ? tiny.shards("rows", 4, true) : tiny.labelled("rows", 4);
        Path output = tiny.train(
                Map.of(JobOption.EVAL, List.of(tiny.labelled("held-out", 3).toString())),
                shards,
                "run",
                "train.objective=kto",
                "train.kto.loss=" + loss,
                "train.steps=3",
                "train.batch-size=2",
                "train.accumulation=2",
                "train.learning-rate=1e-2",
                "train.schedule=constant");
        List<JsonObject> steps = TinyRun.steps(output);
        assertThat(steps.get(0).get("loss").getAsDouble()).isCloseTo(0.5, within(LOSS));
        assertThat(steps.get(2).get("loss").getAsDouble()).isLessThan(0.5);
        assertThat(steps.get(2).get("rewards/margins").getAsDouble())
                .isPositive()
                .isCloseTo(
                        steps.get(2).get("rewards/chosen").getAsDouble()
                                - steps.get(2).get("rewards/rejected").getAsDouble(),
                        within(LOSS));
        assertThat(steps.get(2).has("kto/kl")).isEqualTo(loss.equals("kto"));
        TinyRun.requireExplained(output);
        assertThat(steps.get(0).get("kl/reference").getAsDouble()).isCloseTo(0, within(LOSS));
        assertThat(Math.abs(steps.get(2).get("kl/reference").getAsDouble())).isGreaterThan(LOSS);
        JsonObject evaluation = TinyRun.evaluations(output).get(0);
        assertThat(evaluation.keySet())
                .contains("eval_loss", "eval_rewards/chosen", "eval_rewards/rejected", "eval_kl/reference");
        assertThat(evaluation.has("eval_kto/kl")).isEqualTo(loss.equals("kto"));
    }

    @Test
    void workersShareThePointThatRewardsCountFrom() throws Exception {
        TinyRun tiny = new TinyRun(folder);
        Path shards = tiny.labelled("rows", 6);
        String[] common = {"train.objective=kto", "train.steps=4", "train.batch-size=2", "train.learning-rate=1e-2"};
        Path one = tiny.train(shards, "one", and(common, "train.accumulation=2"));
        Path two = tiny.train(shards, "two", and(common, "train.workers=2"));
        for (int step = 0; step < 4; step++) {
            for (String name : List.of("loss", "kto/kl")) {
                assertThat(TinyRun.steps(two).get(step).get(name).getAsDouble())
                        .as(name)
                        .isCloseTo(TinyRun.steps(one).get(step).get(name).getAsDouble(), within(LOSS));
            }
        }
        assertThat(TinyRun.steps(one).get(3).get("loss").getAsDouble()).isNotCloseTo(0.5, within(LOSS));
    }

    private static String[] and(String[] settings, String more) {
        String[] all = Arrays.copyOf(settings, settings.length + 1);
        all[settings.length] = more;
        return all;
    }

    @Test
    void rowsThatAnObjectiveCannotLearnFromAreRefused() throws Exception {
        TinyRun tiny = new TinyRun(folder);
        assertThatThrownBy(() -> run(tiny, tiny.labelled("rows", 4), "train.objective=sft"))
                .isInstanceOf(InvalidSettingsException.class)
                .hasMessageContaining("Cannot train sft on --input")
                .hasMessageContaining("2 of 4 rows have no answer to learn, such as rows-3")
                .hasMessageContaining("kto single answers of either kind");
        assertThatThrownBy(() -> run(tiny, tiny.shards("one", 1, true), "train.objective=kto"))
                .isInstanceOf(InvalidSettingsException.class)
                .hasMessageContaining("it has one row")
                .hasMessageContaining("apo_zero_unpaired");
    }

    @Test
    void demonstrationsMayTeachTheirPromptsToo() throws Exception {
        TinyRun tiny = new TinyRun(folder);
        Path shards = tiny.shards("rows", 4, false);
        Path output = run(tiny, shards, "train.objective=sft", "train.sft.nll=all");
        List<Double> losses = TinyRun.losses(output);
        assertThat(losses.get(2)).isLessThan(losses.get(0));
        List<Double> answers = TinyRun.losses(
                tiny.train(shards, "answers", "train.objective=sft", "train.steps=1", "train.batch-size=4"));
        assertThat(answers.get(0)).isNotCloseTo(losses.get(0), within(1e-3));
    }
}
