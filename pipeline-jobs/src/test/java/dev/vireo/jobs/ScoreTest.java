// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonObject;
import dev.vireo.jobs.config.InvalidSettingsException;
import dev.vireo.jobs.runtime.SparkSessions;
import dev.vireo.jobs.score.ReferenceColumn;
import dev.vireo.jobs.score.ScoreKey;
import dev.vireo.jobs.shards.ShardSet;
import dev.vireo.jobs.storage.Storage;
import dev.vireo.quantization.BaseFormat;
import dev.vireo.tensor.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.example.data.Group;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code vireo score} on embedded Spark, against the log-probabilities of transformers. */
class ScoreTest {
    /** Nats, for a token; correct implementations in float32 differ by 1e-5. */
    private static final double TOKEN_LOGP = 5e-5;

    private static final GoldenShards GOLDEN = GoldenShards.of("llava15-tiny");

    @TempDir
    Path folder;

    private Path shards;
    private Path output;

    @BeforeEach
    void writeShards() throws Exception {
        shards = folder.resolve("shards");
        output = folder.resolve("scores");
        GOLDEN.write(shards, 5);
    }

    @Test
    void everyRowIsScoredAsByTransformers() throws IOException {
        JobRun run = score();
        assertThat(run.status()).as(run.err()).isZero();
        assertThat(run.out()).contains("score: 12 rows (12 pairs)", "mean log-probability", "scores: " + output);
        requireEqual(GOLDEN.list("logps.json"), 12);
    }

    @Test
    void anAdapterIsPartOfTheModel() throws IOException {
        JobRun run = score("--adapter", GOLDEN.path("adapters/language/adapter"));
        assertThat(run.status()).as(run.err()).isZero();
        requireEqual(GOLDEN.list("adapters/language/logps.json"), 12);
    }

    @Test
    void scoresDoNotDependOnWhichRowsAreComputedTogether() throws IOException {
        // By length the rows of a part go through the model in another order than they are written in.
        JobRun run = score("score.max-tokens-per-batch=250");
        assertThat(run.status()).as(run.err()).isZero();
        List<JsonObject> expected = GOLDEN.list("logps.json");
        requireEqual(expected, 12);
        assertThat(JobRun.read(output))
                .extracting(row -> row.getString("row_id", 0))
                .containsExactlyElementsOf(expected.stream()
                        .map(row -> row.get("row_id").getAsString())
                        .toList());
    }

    @Test
    void baseMayBeQuantized() throws IOException {
        Path adapter = GOLDEN.path("adapters/language/adapter");
        JobRun run = score("--adapter", adapter, "model.base=nf4");
        assertThat(run.status()).as(run.err()).isZero();
        requireEqual(GOLDEN.list("quantized/nf4.json"), 12);
        JobRun again = score("--adapter", adapter, "model.base=int8");
        assertThat(again.status()).isEqualTo(2);
        assertThat(again.err()).contains("--overwrite");
        assertThat(score("--adapter", adapter, "model.base=int8", "--overwrite").status())
                .isZero();
        requireEqual(GOLDEN.list("quantized/int8.json"), 12);
    }

    @Test
    void onlyMissingPartsAreComputedAgain() throws IOException {
        assertThat(score().status()).isZero();
        Path kept = output.resolve("part-00000.parquet");
        FileTime before = FileTime.fromMillis(1000);
        Files.setLastModifiedTime(kept, before);
        Files.setLastModifiedTime(output.resolve("part-00001.parquet"), before);
        Files.delete(output.resolve("_SUCCESS.json"));
        Files.delete(output.resolve("_parts/part-00001.json"));
        JobRun run = score();
        assertThat(run.status()).as(run.err()).isZero();
        assertThat(Files.getLastModifiedTime(kept)).isEqualTo(before);
        assertThat(Files.getLastModifiedTime(output.resolve("part-00001.parquet")))
                .isNotEqualTo(before);
        requireEqual(GOLDEN.list("logps.json"), 12);
        assertThat(output.resolve("_attempts")).doesNotExist();
    }

    @Test
    void aFinishedResultStaysUnlessItIsToBeReplaced() throws IOException {
        assertThat(score().status()).isZero();
        JobRun again = score();
        assertThat(again.status()).isEqualTo(2);
        assertThat(again.err()).contains("it holds a finished result; add --overwrite to replace it");
        assertThat(score("--overwrite").status()).isZero();
        requireEqual(GOLDEN.list("logps.json"), 12);
    }

    @Test
    void rowsOfAnotherModelAreRefused() {
        JobRun run = JobRun.of(
                Score.JOB, "--model", GoldenShards.of("llavanext-tiny").model(), "--input", shards, "--output", output);
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).contains("Cannot score " + shards, "another model type (llava, not llava_next)");
    }

    @Test
    void scoresAreAReferenceForTheirOwnModelOnly() throws IOException {
        assertThat(score().status()).isZero();
        Storage storage = Storage.of(new Configuration(false));
        ShardSet rows = ShardSet.open(storage, List.of(shards.toString()));
        ScoreKey key = ScoreKey.of(storage, GOLDEN.model().toString(), null, rows, Precision.FP32, BaseFormat.AS_IS);
        try (SparkSession spark = SparkSessions.open("test")) {
            ReferenceColumn reference = ReferenceColumn.read(spark, storage, output.toString(), key);
            assertThat(reference.rows()).isEqualTo(12);
            JsonObject expected = GOLDEN.list("logps.json").get(3);
            assertThat(reference.of(expected.get("row_id").getAsString()).rejected())
                    .isCloseTo(expected.get("rejected_logps").getAsDouble(), within(1e-3));
            assertThatThrownBy(() -> reference.of("nobody"))
                    .hasMessage("Cannot compare row nobody with the reference: none of its 12 rows has this id");
            var adapted = new ScoreKey(key.modelHash(), "adapter", key.shardsHash(), Precision.BF16, BaseFormat.NF4);
            assertThatThrownBy(() -> ReferenceColumn.read(spark, storage, output.toString(), adapted))
                    .isInstanceOf(InvalidSettingsException.class)
                    .hasMessageContaining("Cannot use the scores in " + output)
                    .hasMessageContaining("another adapter (none, wanted adapter)")
                    .hasMessageContaining("another precision (FP32, wanted BF16)")
                    .hasMessageContaining("another model.base (AS_IS, wanted NF4)");
        }
    }

    private JobRun score(Object... more) {
        Object[] arguments = {
            "--model",
            GOLDEN.model(),
            "--input",
            shards,
            "--output",
            output,
            "model.precision=fp32",
            "score.batch-size=3"
        };
        Object[] all = java.util.stream.Stream.of(arguments, more)
                .flatMap(java.util.Arrays::stream)
                .toArray();
        return JobRun.of(Score.JOB, all);
    }

    private void requireEqual(List<JsonObject> expected, int rows) throws IOException {
        Map<String, Group> actual = new HashMap<>();
        for (Group row : JobRun.read(output)) {
            assertThat(actual.put(row.getString("row_id", 0), row)).isNull();
        }
        assertThat(actual).hasSize(rows);
        Map<String, JsonObject> sources = new HashMap<>();
        GOLDEN.list("rows.json").forEach(row -> sources.put(row.get("row_id").getAsString(), row));
        for (JsonObject row : expected) {
            String id = row.get("row_id").getAsString();
            Group scored = actual.get(id);
            for (String answer : List.of("chosen", "rejected")) {
                int tokens = sources.get(id).getAsJsonArray(answer + "_ids").size();
                assertThat(scored.getInteger(answer + "_tokens", 0)).isEqualTo(tokens);
                assertThat(scored.getDouble(answer + "_logps", 0))
                        .as(id + " " + answer)
                        .isCloseTo(row.get(answer + "_logps").getAsDouble(), within(TOKEN_LOGP * tokens));
            }
            assertThat(scored.getInteger("prompt_tokens", 0))
                    .isEqualTo(sources.get(id)
                            .getAsJsonArray("prompt_ids_expanded")
                            .size());
        }
    }
}
