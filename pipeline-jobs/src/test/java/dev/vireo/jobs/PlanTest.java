// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonObject;
import dev.vireo.checkpoint.LoraPair;
import dev.vireo.checkpoint.PeftAdapter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The plan of published models, of which only {@code config.json} is there. */
class PlanTest {
    private static final Path PUBLISHED = Path.of("../conf/models");

    private static JobRun plan(String model, Object... settings) {
        Object[] arguments = {"--model", PUBLISHED.resolve(model), "plan.flops=1e12"};
        Object[] all = java.util.stream.Stream.of(arguments, settings)
                .flatMap(java.util.Arrays::stream)
                .toArray();
        return JobRun.of(Plan.JOB, all);
    }

    /** R x (in + out) over all linears but the head: what PEFT's print_trainable_parameters says of the published models. */
    @ParameterizedTest
    @CsvSource({
        "llava-1.5-7b, '23,633,920', '7,063,427,072', 370",
        "llava-v1.6-mistral-7b, '24,616,960', '7,566,747,648', 370",
        "paligemma-3b-pt-224, '14,179,072', '2,923,466,480', 289",
        "llava-onevision-qwen2-7b-ov, '24,466,944', '8,030,348,832', 354",
        "idefics2-8b, '27,674,368', '8,402,768,112', 410",
    })
    void loraOnAllLinearsHasThePublishedNumberOfParameters(String model, String trained, String all, int modules) {
        JobRun run = plan(model, "train.lora.rank=8", "train.lora.targets=all-linear");
        assertThat(run.status()).as(run.err()).isZero();
        assertThat(run.out())
                .contains("parameters: " + all + ", of which trained " + trained)
                .containsPattern("model\\.(language|text)_model\\.layers\\.\\*\\.mlp\\.down_proj")
                .containsPattern("model\\.(multi_modal_projector\\.linear|connector\\.modality_projection)");
        int matched = run.out()
                .lines()
                .filter(line -> line.contains(" -> ") && line.strip().startsWith("model."))
                .mapToInt(line -> Integer.parseInt(line.strip().split("\\s+")[1]))
                .sum();
        assertThat(matched).isEqualTo(modules);
    }

    @Test
    void continuedAdapterHasTheModulesAndRanksThatItHas() throws Exception {
        GoldenShards golden = GoldenShards.of("llavanext-tiny");
        Path adapter = golden.model().resolveSibling("adapters/dora/adapter");
        long elements = PeftAdapter.read(adapter).pairs().values().stream()
                .mapToLong(LoraPair::size)
                .sum();
        JobRun run = JobRun.of(
                Plan.JOB, "--model", golden.model(), "--adapter", adapter, "plan.flops=1e12", "train.lora.rank=3");
        assertThat(run.status()).as(run.err()).isZero();
        assertThat(run.out()).contains(String.format(Locale.ROOT, "of which trained %,d", elements));
        JobRun other = plan("llava-1.5-7b", "--adapter", adapter);
        assertThat(other.status()).isEqualTo(2);
        assertThat(other.err()).contains("Cannot attach the adapter of");
    }

    @Test
    void targetsThatMatchNothingAreAWrongSetting() {
        JobRun run = plan("llava-1.5-7b", "train.lora.targets=lm_head");
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err())
                .contains("Cannot place an adapter on modules \"lm_head\": none of the")
                .contains("its output head takes none");
    }

    @Test
    void quantizedBaseFitsWhereTheModelDoesNot() {
        JobRun whole = plan("llava-v1.6-mistral-7b", "model.precision=fp32", "plan.memory=16");
        assertThat(whole.status()).as(whole.err()).isZero();
        assertThat(whole.out()).contains("Cannot train: 1 worker", "these settings would fit:", "model.base=nf4");
        JobRun quantized = plan(
                "llava-v1.6-mistral-7b", "model.precision=bf16", "model.base=nf4", "plan.memory=12", "plan.tiles=3");
        assertThat(quantized.status()).as(quantized.err()).isZero();
        assertThat(quantized.out()).doesNotContain("Cannot train").contains("plan: 41,943,040 of");
    }

    @Test
    void rowsSayHowLongTheRunTakesAndWhatItCosts(@TempDir Path folder) throws Exception {
        GoldenShards golden = GoldenShards.of("llava15-tiny");
        golden.write(folder.resolve("shards"), 5);
        JobRun run = JobRun.of(
                Plan.JOB,
                "--model",
                golden.model(),
                "--input",
                folder.resolve("shards"),
                "train.epochs=2",
                "train.workers=2",
                "plan.flops=1e6",
                "plan.price=3.5");
        assertThat(run.status()).as(run.err()).isZero();
        Matcher line = Pattern.compile("run: 12 rows, 2\\.00 epochs, ([0-9,]+) tokens, ([0-9.]+) hours on 2 workers,"
                        + " cost ([0-9.]+) at 3\\.5 a worker's hour")
                .matcher(run.out());
        assertThat(line.find()).as(run.out()).isTrue();
        double hours = Double.parseDouble(line.group(2));
        assertThat(hours).isPositive();
        assertThat(Double.parseDouble(line.group(3))).isCloseTo(2 * 3.5 * hours, within(0.05));
        long tokens = 0;
        for (JsonObject row : golden.list("rows.json")) {
            tokens += row.getAsJsonArray("prompt_ids_expanded").size()
                    + row.getAsJsonArray("chosen_ids").size()
                    + row.getAsJsonArray("rejected_ids").size();
        }
        assertThat(line.group(1).replace(",", "")).isEqualTo(Long.toString(2 * tokens));
    }

    @Test
    void tokensOfAMicroBatchBoundItsMemoryAndNotItsTime() {
        JobRun counted =
                plan("llava-v1.6-mistral-7b", "train.batch-size=8", "model.precision=bf16", "train.recompute=all");
        JobRun packed = plan(
                "llava-v1.6-mistral-7b",
                "train.batch-size=8",
                "model.precision=bf16",
                "train.recompute=all",
                "train.max-tokens-per-batch=2048");
        assertThat(packed.status()).as(packed.err()).isZero();
        assertThat(bytes(packed, "activations")).isLessThan(bytes(counted, "activations") / 2);
        assertThat(bytes(packed, "optimizer")).isEqualTo(bytes(counted, "optimizer"));
        assertThat(packed.out()).contains("step: 16,384 tokens");
    }

    /** DPO scores each row once before the first step; KTO so and with another row's answers, the latter in every step too. */
    @Test
    void passesThatAnObjectiveTakesBesideItsOwnCount(@TempDir Path folder) throws Exception {
        GoldenShards golden = GoldenShards.of("llava15-tiny");
        golden.write(folder.resolve("shards"), 5);
        double[] steps = new double[3];
        double[] hours = new double[3];
        for (int i = 0; i < 3; i++) {
            JobRun run = JobRun.of(
                    Plan.JOB,
                    "--model",
                    golden.model(),
                    "--input",
                    folder.resolve("shards"),
                    "plan.flops=1e4",
                    "train.objective=" + List.of("orpo", "dpo", "kto").get(i));
            assertThat(run.status()).as(run.err()).isZero();
            steps[i] = number(run, "tokens, ([0-9.e+]+) operations a worker");
            hours[i] = number(run, "tokens, ([0-9.]+) hours on 1 worker");
        }
        assertThat(steps[1]).isEqualTo(steps[0]);
        double forward = (steps[2] - steps[1]) / steps[0];
        assertThat(forward).as("of a step").isBetween(0.2, 0.5);
        assertThat(hours[1] / hours[0]).isCloseTo(1 + forward, within(0.02));
        assertThat(hours[2] / hours[0]).isCloseTo(1 + 3 * forward, within(0.04));
    }

    private static double number(JobRun run, String pattern) {
        Matcher line = Pattern.compile(pattern).matcher(run.out());
        assertThat(line.find()).as(run.out()).isTrue();
        return Double.parseDouble(line.group(1));
    }

    private static long bytes(JobRun run, String line) {
        return run.out()
                .lines()
                .filter(each -> each.strip().startsWith(line + " "))
                .mapToLong(each -> Long.parseLong(each.strip().split("\\s+")[1]))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void rateIsMeasuredWhereNoneIsGiven() {
        JobRun run = JobRun.of(Plan.JOB, "--model", PUBLISHED.resolve("llava-1.5-7b"));
        assertThat(run.status()).as(run.err()).isZero();
        assertThat(run.out()).contains("0.65 of a large product on this machine's CPU");
    }

    @Test
    void fullTrainingOfSevenBillionNeedsMoreThanAnyRecipeHere() {
        JobRun run = plan("llava-v1.6-mistral-7b", "train.full=true", "plan.memory=24", "model.precision=bf16");
        assertThat(run.out())
                .contains("modules: all")
                .contains("no setting of the recipe would fit; take a machine with more memory");
    }
}
