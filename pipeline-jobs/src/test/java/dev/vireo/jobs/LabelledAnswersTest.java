// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.vireo.batch.Sample;
import dev.vireo.jobs.shards.ShardReader;
import dev.vireo.jobs.shards.ShardSet;
import dev.vireo.jobs.storage.Storage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From a file with one answer and a label a row to an adapter, by the command line. */
class LabelledAnswersTest {
    private static final Path PARQUET = Path.of("src/test/resources/golden/parquet");
    private static final Path INPUT = PARQUET.resolve("onevision-labelled.parquet");
    private static final Path GOLDEN = Path.of("../model-core/src/test/resources/golden/llava15-tiny");

    @TempDir
    Path folder;

    @Test
    void undesirableAnswersAreRowsWithoutAChosenOne() throws Exception {
        Path shards = folder.resolve("shards");
        JobRun prepared =
                JobRun.of(Prepare.JOB, "--model", GOLDEN.resolve("model"), "--input", INPUT, "--output", shards);
        assertThat(prepared.status()).as(prepared.err()).isZero();
        ShardSet rows = ShardSet.open(Storage.of(new Configuration(false)), List.of(shards.toString()));
        try (ShardReader reader = rows.reader()) {
            Sample desirable = reader.sample(0);
            assertThat(desirable.chosen().ids()).isEqualTo(golden("plain", "chosen_ids"));
            assertThat(desirable.rejected().length()).isZero();
            Sample undesirable = reader.sample(1);
            assertThat(undesirable.chosen().length()).isZero();
            assertThat(undesirable.rejected().ids()).isEqualTo(golden("lengths", "rejected_ids"));
            assertThat(undesirable.promptIds()).isEqualTo(golden("lengths", "prompt_ids"));
            assertThat(reader.text(1).chosen()).isEmpty();
            assertThat(reader.text(1).rejected()).isNotEmpty();
        }
        Path output = folder.resolve("run");
        JobRun trained = JobRun.of(
                Train.JOB,
                "--model",
                GOLDEN.resolve("model"),
                "--input",
                shards,
                "--output",
                output,
                "model.precision=fp32",
                "train.objective=kto",
                "train.kto.undesirable-weight=1.5",
                "train.batch-size=2",
                "train.epochs=3",
                "train.learning-rate=1e-2");
        assertThat(trained.status()).as(trained.err()).isZero();
        List<String> metrics = Files.readAllLines(output.resolve("metrics.jsonl"));
        JsonObject last = JsonParser.parseString(metrics.get(5)).getAsJsonObject();
        assertThat(last.get("kto/kl").getAsDouble()).isNotNegative();
        assertThat(output.resolve("adapter/adapter_model.safetensors")).exists();
        assertThat(Files.readString(output.resolve("run.json"))).contains("\"train.kto.undesirable-weight\": \"1.5\"");
    }

    @Test
    void rowsOfTrlsUnpairedLayoutAreThoseOfTheLabelledOne() throws Exception {
        Path shards = folder.resolve("shards");
        JobRun prepared = JobRun.of(
                Prepare.JOB,
                "--model",
                GOLDEN.resolve("model"),
                "--input",
                PARQUET.resolve("unpaired.parquet"),
                "--output",
                shards);
        assertThat(prepared.status()).as(prepared.err()).isZero();
        ShardSet rows = ShardSet.open(Storage.of(new Configuration(false)), List.of(shards.toString()));
        assertThat(rows.rows()).as("two of five have no label, or no answer").isEqualTo(3);
        try (ShardReader reader = rows.reader()) {
            assertThat(reader.sample(0).promptIds()).isEqualTo(golden("plain", "prompt_ids"));
            assertThat(reader.sample(0).chosen().ids()).isEqualTo(golden("plain", "chosen_ids"));
            assertThat(reader.sample(0).rejected().length()).isZero();
            assertThat(reader.sample(1).rejected().ids()).isEqualTo(golden("two-images", "rejected_ids"));
            assertThat(reader.sample(1).images()).hasSize(2);
            assertThat(reader.sample(1).chosen().length()).isZero();
            assertThat(reader.sample(2).promptIds()).isEqualTo(golden("turns", "prompt_ids"));
        }
    }

    private static int[] golden(String row, String key) throws Exception {
        for (var each : JsonParser.parseString(Files.readString(GOLDEN.resolve("rows.json")))
                .getAsJsonArray()) {
            JsonObject found = each.getAsJsonObject();
            if (found.get("row_id").getAsString().equals(row)) {
                return found.getAsJsonArray(key).asList().stream()
                        .mapToInt(id -> id.getAsInt())
                        .toArray();
            }
        }
        throw new IllegalArgumentException("no golden row " + row);
    }
}
