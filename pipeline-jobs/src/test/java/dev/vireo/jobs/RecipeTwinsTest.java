// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.vireo.checkpoint.PeftAdapter;
import dev.vireo.checkpoint.PeftConfig;
import dev.vireo.image.ProcessedImage;
import dev.vireo.jobs.config.PrepareSettings.Schema;
import dev.vireo.jobs.config.Settings;
import dev.vireo.jobs.runtime.Console;
import dev.vireo.jobs.runtime.JobArguments;
import dev.vireo.jobs.runtime.JobContext;
import dev.vireo.jobs.runtime.JobDefinition;
import dev.vireo.jobs.runtime.JobOption;
import dev.vireo.jobs.shards.ShardReader;
import dev.vireo.jobs.shards.ShardSet;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each recipe of a published run, scaled down: the same file with fewer steps and smaller batches, on a tiny checkpoint of its family
 * and a few rows in its schema, from Parquet to the evaluation. One Spark serves all.
 */
class RecipeTwinsTest {
    private static final Path GOLDEN = Path.of("../model-core/src/test/resources/golden");
    private static final Path PARQUET = Path.of("src/test/resources/golden/parquet");
    private static final Map<String, String> TINY = Map.of(
            "llava-1.5-7b", "llava15-tiny",
            "llava-v1.6-mistral-7b", "llavanext-tiny",
            "paligemma-3b-pt-224", "paligemma-tiny",
            "idefics2-8b", "idefics2-tiny");
    private static final List<String> SMALLER = List.of(
            "model.precision=fp32",
            "model.threads=1",
            "train.steps=2",
            "train.warmup-steps=0",
            "train.batch-size=2",
            "train.accumulation=2",
            "train.eval-every=1",
            "train.save-every=1",
            "train.log-every=1");
    /** Half of what the tiny Idefics2 takes, where a recipe makes pictures smaller. */
    private static final String SMALLER_PICTURES = "prepare.longest-edge=37";

    private static final String CHART = "sft-llava-1.5-lrv-chart";

    private static final ByteArrayOutputStream PRINTED = new ByteArrayOutputStream();
    private static JobContext shared;

    @TempDir
    Path folder;

    @BeforeAll
    static void startSpark() {
        PrintStream stream = new PrintStream(PRINTED, true, StandardCharsets.UTF_8);
        Console console = new Console(stream, stream, false);
        shared = new JobContext(
                "recipes", new JobArguments(Map.of(), false), Settings.defaults(), console, PublishedRun.HOME);
        shared.spark();
    }

    @AfterAll
    static void stopSpark() {
        shared.close();
    }

    static Stream<PublishedRun> recipes() throws IOException {
        return PublishedRun.all().stream().filter(recipe -> !recipe.name().startsWith(CHART));
    }

    @ParameterizedTest
    @MethodSource("recipes")
    void recipeRunsOnATinyModelOfItsFamily(PublishedRun recipe) throws Exception {
        Settings settings = settings(recipe.name());
        prepare(recipe, settings);
        train(recipe, settings, "run");
        assertThat(folder.resolve("run/checkpoints")).isDirectoryContaining("glob:**/step-2");
        requireAdapter(settings);
        JsonObject models = evaluate(recipe, settings, "last=run/adapter", "best=run/best");
        assertThat(models.keySet()).containsExactly("base", "last", "best");
        for (String name : models.keySet()) {
            JsonObject model = models.getAsJsonObject(name);
            assertThat(model.get("nll_loss").getAsDouble()).isPositive();
            if (model.has("orpo/loss")) {
                double total = model.get("nll_loss").getAsDouble()
                        - settings.evaluate().beta()
                                * model.get("log_odds_ratio").getAsDouble();
                assertThat(model.get("orpo/loss").getAsDouble()).isCloseTo(total, within(1e-9));
            }
        }
    }

    @Test
    void fourRunsOnChartsAreAveraged() throws Exception {
        PublishedRun common = PublishedRun.all().stream()
                .filter(recipe -> recipe.name().equals(CHART))
                .findFirst()
                .orElseThrow();
        prepare(common, settings(CHART));
        List<String> adapters = new ArrayList<>();
        for (int run = 1; run <= 4; run++) {
            Settings settings = settings(CHART + "-" + run);
            train(common, settings, "run-" + run);
            adapters.add(path("run-" + run + "/adapter"));
        }
        assertThat(adapters.stream().map(each -> PeftAdapter.read(Path.of(each)).config()))
                .extracting(PeftConfig::alpha, PeftConfig::dropout)
                .containsExactly(tuple(16, 0.05), tuple(16, 0.1), tuple(8, 0.05), tuple(8, 0.1));
        run(
                Adapter.AVERAGE,
                Map.of(JobOption.AVERAGED, adapters, JobOption.OUTPUT, List.of(path("average"))),
                settings(CHART));
        assertThat(PeftAdapter.read(folder.resolve("average")).config().loraRank())
                .isEqualTo(4 * 16);
        JsonObject models = evaluate(common, settings(CHART), "average=average", "run-1/adapter");
        assertThat(models.keySet()).containsExactly("base", "average", "adapter");
    }

    private static org.assertj.core.groups.Tuple tuple(double alpha, double dropout) {
        return org.assertj.core.groups.Tuple.tuple(alpha, dropout);
    }

    private static Settings settings(String recipe, String... more) {
        List<String> file = List.of("recipes/" + recipe);
        List<String> values = new ArrayList<>(SMALLER);
        values.addAll(List.of(more));
        if (Settings.resolve(PublishedRun.HOME, file, List.of())
                        .prepare()
                        .imageSizes()
                        .longestEdge()
                > 0) {
            values.add(SMALLER_PICTURES);
        }
        return Settings.resolve(PublishedRun.HOME, file, values);
    }

    /** The rank, alpha, dropout and modules of the recipe. */
    private void requireAdapter(Settings settings) {
        PeftAdapter adapter = PeftAdapter.read(folder.resolve("run/adapter"));
        assertThat(adapter.config().loraRank())
                .isEqualTo(settings.train().lora().loraRank());
        assertThat(adapter.config().alpha()).isEqualTo(settings.train().lora().alpha());
        assertThat(adapter.config().dropout()).isEqualTo(settings.train().lora().dropout());
        boolean everywhere = settings.train().lora().targets().equals("all-linear");
        assertThat(adapter.pairs().keySet().stream().anyMatch(module -> module.contains("vision")))
                .isEqualTo(everywhere || settings.train().lora().targets().contains("vision"));
        assertThat(adapter.pairs().keySet().stream().anyMatch(module -> module.contains("down_proj")))
                .isEqualTo(!settings.train().lora().targets().contains("vision"));
    }

    /** Both parts of the split, or all rows twice where the recipe has none. */
    private void prepare(PublishedRun recipe, Settings settings) throws Exception {
        Schema schema = settings.prepare().schema();
        Path input =
                PARQUET.resolve(schema.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-') + ".parquet");
        prepare(recipe, settings, input, "train");
        requirePictures(settings.prepare().imageSizes().longestEdge());
        boolean split = settings.prepare().select().heldOut() > 0;
        Settings rest = split ? settings(recipe.name(), "prepare.select.part=held-out") : settings(recipe.name());
        prepare(recipe, rest, input, "held-out");
    }

    /** No picture of the shards has a longer edge, and some had: 0 is no limit. */
    private void requirePictures(int longestEdge) throws IOException {
        ShardSet set = ShardSet.open(shared.storage(), List.of(path("train")));
        int smaller = 0;
        try (ShardReader reader = set.reader()) {
            for (int row = 0; row < set.rows(); row++) {
                smaller += reader.text(row).lineage().transformations().contains("made smaller to ") ? 1 : 0;
                for (ProcessedImage image : reader.sample(row).images()) {
                    assertThat(longestEdge == 0 || Math.max(image.imageHeight(), image.imageWidth()) <= longestEdge)
                            .isTrue();
                }
            }
        }
        assertThat(smaller > 0).isEqualTo(longestEdge > 0);
    }

    private void prepare(PublishedRun recipe, Settings settings, Path input, String output) throws Exception {
        run(
                Prepare.JOB,
                Map.of(
                        JobOption.MODEL, List.of(model(recipe)),
                        JobOption.PARQUET, List.of(input.toString()),
                        JobOption.OUTPUT, List.of(path(output))),
                settings);
    }

    private void train(PublishedRun recipe, Settings settings, String output) throws Exception {
        run(
                Train.JOB,
                Map.of(
                        JobOption.MODEL, List.of(model(recipe)),
                        JobOption.SHARDS, List.of(path("train")),
                        JobOption.EVAL, List.of(path("held-out")),
                        JobOption.OUTPUT, List.of(path(output))),
                settings);
        List<String> lines = Files.readAllLines(folder.resolve(output).resolve("metrics.jsonl"));
        assertThat(lines.stream().filter(line -> line.contains("\"grad_norm\"")))
                .hasSize(2);
        assertThat(lines.stream().filter(line -> line.contains("\"eval_loss\"")))
                .hasSize(2);
    }

    /** The results by model. */
    private JsonObject evaluate(PublishedRun recipe, Settings settings, String... adapters) throws Exception {
        List<String> named = Stream.of(adapters)
                .map(each -> each.contains("=") ? each.replaceFirst("=", "=" + folder + "/") : path(each))
                .toList();
        run(
                Evaluate.JOB,
                Map.of(
                        JobOption.MODEL, List.of(model(recipe)),
                        JobOption.ADAPTERS, named,
                        JobOption.SHARDS, List.of(path("held-out")),
                        JobOption.OUTPUT, List.of(path("report"))),
                settings);
        return JsonParser.parseString(Files.readString(folder.resolve("report/summary.json")))
                .getAsJsonObject()
                .getAsJsonObject("models");
    }

    private static void run(JobDefinition job, Map<JobOption, List<String>> arguments, Settings settings)
            throws Exception {
        job.job().run(shared.nested(job.name(), new JobArguments(arguments, false), settings));
    }

    private static String model(PublishedRun recipe) {
        return GOLDEN.resolve(TINY.get(recipe.model())).resolve("model").toString();
    }

    private String path(String name) {
        return folder.resolve(name).toString();
    }
}
