// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.parquet.example.data.Group;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every job on a tiny checkpoint of each family, one after the other, from a published Parquet layout to a report. */
class FamiliesTest {
    private static final Path PARQUET = Path.of("src/test/resources/golden/parquet");
    /** Nats, for a token; correct implementations in float32 differ by 1e-5. */
    private static final double TOKEN_LOGP = 5e-5;

    @TempDir
    Path folder;

    /** The rows that are kept, in the file's order: one picture, two, several turns (PaliGemma has none), no picture. */
    @ParameterizedTest
    @CsvSource({
        "onevision-tiny, plain two-images turns text-only",
        "paligemma-tiny, plain two-images text-only",
        "idefics2-tiny, plain two-images turns text-only",
        "idefics3-tiny, plain two-images turns text-only"
    })
    void fromParquetToReport(String name, String kept) throws IOException {
        List<String> rows = List.of(kept.split(" "));
        GoldenShards golden = GoldenShards.of(name);
        Path model = golden.model();
        Path shards = folder.resolve("shards");
        Path pairs = PARQUET.resolve("rlaif-v-formatted.parquet");
        run(Prepare.JOB, "--model", model, "--input", pairs, "--output", shards, "prepare.images=source");
        String fp32 = "model.precision=fp32";
        Path scores = folder.resolve("scores");
        run(Score.JOB, "--model", model, "--input", shards, "--output", scores, fp32);
        requireScores(golden, rows, JobRun.read(scores));
        Path generated = folder.resolve("generated");
        run(
                Generate.JOB,
                "--model",
                model,
                "--input",
                shards,
                "--output",
                generated,
                fp32,
                "generate.max-new-tokens=8");
        assertThat(JobRun.read(generated.resolve("candidates"))).hasSize(rows.size());
        Path tuned = folder.resolve("run");
        run(
                Train.JOB,
                "--model",
                model,
                "--input",
                shards,
                "--output",
                tuned,
                fp32,
                "train.objective=dpo",
                "train.steps=2",
                "train.batch-size=2",
                "train.learning-rate=1e-2",
                "train.lora.targets=all-linear");
        assertThat(Files.readAllLines(tuned.resolve("metrics.jsonl"))).hasSize(2);
        Path report = folder.resolve("report");
        Path adapter = tuned.resolve("adapter");
        run(
                Evaluate.JOB,
                "--model",
                model,
                "--adapter",
                "tuned=" + adapter,
                "--input",
                shards,
                "--output",
                report,
                fp32);
        assertThat(report.resolve("report.html")).exists();
    }

    private static void run(dev.vireo.jobs.runtime.JobDefinition job, Object... arguments) {
        JobRun run = JobRun.of(job, arguments);
        assertThat(run.status()).as(job.name() + "\n" + run.out() + run.err()).isZero();
    }

    /** The sums of transformers, for the rows that it has. */
    private static void requireScores(GoldenShards golden, List<String> rows, List<Group> actual) throws IOException {
        Map<String, JsonObject> expected = golden.list("logps.json").stream()
                .collect(Collectors.toMap(row -> row.get("row_id").getAsString(), Function.identity()));
        assertThat(actual).hasSameSizeAs(rows);
        for (int i = 0; i < rows.size(); i++) {
            if (!expected.containsKey(rows.get(i))) {
                continue;
            }
            for (String answer : List.of("chosen", "rejected")) {
                assertThat(actual.get(i).getDouble(answer + "_logps", 0))
                        .as(rows.get(i) + " " + answer)
                        .isCloseTo(
                                expected.get(rows.get(i)).get(answer + "_logps").getAsDouble(),
                                within(TOKEN_LOGP * actual.get(i).getInteger(answer + "_tokens", 0)));
            }
        }
    }
}
