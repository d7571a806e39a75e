// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.vireo.jobs.config.InvalidSettingsException;
import dev.vireo.jobs.config.Settings;
import dev.vireo.jobs.runtime.Console;
import dev.vireo.jobs.runtime.JobArguments;
import dev.vireo.jobs.runtime.JobContext;
import dev.vireo.jobs.runtime.JobOption;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The job on golden rows, against the metrics of TRL and the log-probabilities of PEFT. */
class EvaluateJobTest {
    /** Relative; what rounding of another order of sums explains. */
    private static final double CLOSE = 1e-4;

    @TempDir
    static Path folder;

    private static final ByteArrayOutputStream TEXT = new ByteArrayOutputStream();
    private static JobContext context;

    @BeforeAll
    static void open() throws IOException {
        PrintStream stream = new PrintStream(TEXT, true, StandardCharsets.UTF_8);
        System.setProperty("spark.master", "local[2]");
        System.setProperty("spark.ui.enabled", "false");
        System.setProperty("spark.driver.host", "127.0.0.1");
        context = new JobContext(
                "test",
                new JobArguments(Map.of(), false),
                Settings.defaults(),
                new Console(stream, stream, false),
                null);
        context.spark();
        GoldenShards.write(folder.resolve("two"), List.of("lengths", "two-images"));
        GoldenShards.write(folder.resolve("four"), List.of("plain", "lengths", "extreme-tall", "text-only"));
        Path run = Files.createDirectories(folder.resolve("run/adapter"));
        for (String file : List.of("adapter_config.json", "adapter_model.safetensors")) {
            Files.copy(
                    GoldenShards.golden("llavanext-tiny/adapters/language/adapter")
                            .resolve(file),
                    run.resolve(file));
        }
        Files.writeString(
                folder.resolve("run/metrics.jsonl"), "{\"step\":1,\"loss\":0.5}\n{\"step\":2,\"loss\":0.4}\n");
    }

    @AfterAll
    static void close() {
        context.close();
        List.of("spark.master", "spark.ui.enabled", "spark.driver.host").forEach(System::clearProperty);
    }

    private static JsonObject run(String rows, String output, String... settings) throws Exception {
        Map<JobOption, List<String>> values = Map.of(
                JobOption.MODEL, List.of(GoldenShards.MODEL.toString()),
                JobOption.ADAPTERS, List.of("tuned=" + folder.resolve("run/adapter")),
                JobOption.SHARDS, List.of(folder.resolve(rows).toString()),
                JobOption.OUTPUT, List.of(folder.resolve(output).toString()));
        List<String> assignments =
                new java.util.ArrayList<>(List.of("model.precision=fp32", "evaluate.max-new-tokens=8"));
        assignments.addAll(List.of(settings));
        JobContext nested = context.nested(
                "evaluate", new JobArguments(values, false), Settings.resolve(null, List.of(), assignments));
        new EvaluateJob().run(nested);
        return JsonParser.parseString(Files.readString(folder.resolve(output).resolve("summary.json")))
                .getAsJsonObject();
    }

    @Test
    void lossesAndRewardsAreThoseOfTrl() throws Exception {
        JsonObject models = run("two", "of-two").getAsJsonObject("models");
        JsonObject golden = GoldenShards.json("gradients/language.json").getAsJsonObject();
        JsonObject tuned = models.getAsJsonObject("tuned");
        JsonObject orpo = golden.getAsJsonObject("orpo-completion");
        assertClose(tuned, "orpo/loss", orpo, "loss");
        for (String name : List.of("nll_loss", "log_odds_ratio", "log_odds_chosen")) {
            assertClose(tuned, name, orpo, name);
        }
        JsonObject dpo = golden.getAsJsonObject("dpo-base");
        assertClose(tuned, "dpo/loss", dpo, "loss");
        for (String name :
                List.of("logps/chosen", "logps/rejected", "rewards/chosen", "rewards/rejected", "rewards/margins")) {
            assertClose(tuned, name, dpo, name);
        }
        assertThat(tuned.getAsJsonObject("rewards/accuracies").get("value").getAsDouble())
                .isZero();
        assertThat(tuned.getAsJsonObject("orpo/accuracies").get("value").getAsDouble())
                .isEqualTo(0.5);
        assertThat(tuned.get("kl").getAsDouble()).isPositive();
        JsonObject base = models.getAsJsonObject("base");
        assertThat(base.get("kl").getAsDouble()).isZero();
        assertThat(base.get("dpo/loss").getAsDouble()).isCloseTo(Math.log(2), within(1e-9));
        assertThat(base.has("rewards/margins")).isFalse();
        assertThat(models.getAsJsonObject("base")
                        .getAsJsonObject("yes_no")
                        .get("rows")
                        .getAsInt())
                .isEqualTo(1);
    }

    @Test
    void tableHoldsEveryRowOfEveryModelAndThePageShowsThem() throws Exception {
        run("four", "of-four", "evaluate.gallery=2", "evaluate.max-tokens-per-batch=220");
        Path output = folder.resolve("of-four");
        Map<String, double[]> expected = new HashMap<>();
        logps(expected, "base", "logps.json");
        logps(expected, "tuned", "adapters/language/logps.json");
        List<Row> rows = context.spark()
                .read()
                .parquet(output.resolve("metrics").toString())
                .select("model", "row_id", "chosen_logps", "rejected_logps", "base_chosen_logps", "answer")
                .collectAsList();
        assertThat(rows).hasSize(8);
        assertThat(rows.stream().filter(row -> row.getString(0).equals("tuned")).map(row -> row.getString(1)))
                .containsExactly("plain", "lengths", "extreme-tall", "text-only");
        for (Row row : rows) {
            double[] logps = expected.get(row.getString(0) + "/" + row.getString(1));
            double[] base = expected.get("base/" + row.getString(1));
            assertThat(row.getDouble(2)).isCloseTo(logps[0], within(CLOSE * Math.abs(logps[0])));
            assertThat(row.getDouble(3)).isCloseTo(logps[1], within(CLOSE * Math.abs(logps[1])));
            assertThat(row.getDouble(4)).isCloseTo(base[0], within(CLOSE * Math.abs(base[0])));
        }
        String page = Files.readString(output.resolve("report.html"));
        assertThat(page).contains("Evaluation of tuned", "Training loss", "data:image;base64,", "Yes/no questions");
        assertThat(page.split("<article", -1)).hasSize(1 + 2);
        assertThat(TEXT.toString(StandardCharsets.UTF_8)).contains("reward accuracy", "report: " + output);
        assertThat(Files.exists(output.resolve("_attempts"))).isFalse();
    }

    @Test
    void interruptedRunComputesOnlyWhatIsMissing() throws Exception {
        JsonObject whole = run("four", "cut", "evaluate.gallery=1", "evaluate.batch-size=2");
        Path output = folder.resolve("cut");
        Path kept = output.resolve("metrics/part-00000.parquet");
        Object before = Files.getLastModifiedTime(kept);
        Files.delete(output.resolve("_SUCCESS.json"));
        // two parts of each model: the last one is the second of the adapter
        Files.delete(output.resolve("_parts/part-00003.json"));
        Files.delete(output.resolve("metrics/part-00003.parquet"));
        assertThat(run("four", "cut", "evaluate.gallery=1", "evaluate.batch-size=2"))
                .isEqualTo(whole);
        assertThat(output.resolve("metrics/part-00003.parquet")).exists();
        assertThat(Files.getLastModifiedTime(kept)).isEqualTo(before);
    }

    @Test
    void adapterMayNotBeCalledBase() {
        Map<JobOption, List<String>> values = Map.of(
                JobOption.MODEL, List.of(GoldenShards.MODEL.toString()),
                JobOption.ADAPTERS, List.of("base=" + folder.resolve("run/adapter")),
                JobOption.SHARDS, List.of(folder.resolve("two").toString()),
                JobOption.OUTPUT, List.of(folder.resolve("refused").toString()));
        JobContext nested = context.nested("evaluate", new JobArguments(values, false), Settings.defaults());
        assertThatThrownBy(() -> new EvaluateJob().run(nested))
                .isInstanceOf(InvalidSettingsException.class)
                .hasMessageContaining("--adapter base=");
        assertThat(folder.resolve("refused")).doesNotExist();
    }

    private static void logps(Map<String, double[]> all, String model, String file) throws IOException {
        for (JsonElement each : GoldenShards.json(file).getAsJsonArray()) {
            JsonObject row = each.getAsJsonObject();
            all.put(model + "/" + row.get("row_id").getAsString(), new double[] {
                row.get("chosen_logps").getAsDouble(), row.get("rejected_logps").getAsDouble()
            });
        }
    }

    private static void assertClose(JsonObject actual, String name, JsonObject expected, String golden) {
        double wanted = expected.get(golden).getAsDouble();
        assertThat(actual.get(name).getAsDouble())
                .as(name)
                .isCloseTo(wanted, within(CLOSE * Math.max(1, Math.abs(wanted))));
    }
}
