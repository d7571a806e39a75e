// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.parquet.example.data.Group;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code vireo generate} on embedded Spark. */
class GenerateTest {
    private static final GoldenShards GOLDEN = GoldenShards.of("llava15-tiny");
    /** Nats, for a token; correct implementations in float32 differ by 1e-5. */
    private static final double TOKEN_LOGP = 1e-4;

    @TempDir
    Path folder;

    private Path shards;
    private Path output;

    @BeforeEach
    void writeShards() throws Exception {
        shards = folder.resolve("shards");
        output = folder.resolve("generated");
        GOLDEN.write(shards, 5);
    }

    @Test
    void greedyTextEqualsThatOfTransformers() throws IOException {
        JobRun run = generate("generate.temperature=0", "generate.max-new-tokens=24");
        assertThat(run.status()).as(run.err()).isZero();
        assertThat(run.out()).contains("generate: 12 rows, 12 answers", "candidates: " + output + "/candidates");
        Map<String, Group> rows = new HashMap<>();
        for (Group row : JobRun.read(output.resolve("candidates"))) {
            assertThat(rows.put(row.getString("row_id", 0), row)).isNull();
        }
        assertThat(rows).hasSize(12);
        for (JsonObject expected : GOLDEN.list("greedy.json")) {
            Group row = rows.get(expected.get("row_id").getAsString());
            assertThat(ids(row)).isEqualTo(GoldenShards.ints(expected.getAsJsonArray("ids")));
            assertThat(row.getString("text", 0)).isEqualTo(expected.get("text").getAsString());
            assertThat(row.getString("finish_reason", 0)).isEqualTo("length");
            double logp = 0;
            for (JsonElement token : expected.getAsJsonArray("logps")) {
                logp += token.getAsDouble();
            }
            assertThat(row.getDouble("logp", 0)).isCloseTo(logp, within(24 * TOKEN_LOGP));
        }
        assertThat(output.resolve("pairs")).doesNotExist();
    }

    @Test
    void everyRowHasAPairOrAReason() throws IOException {
        JobRun run = pairs();
        assertThat(run.status()).as(run.err()).isZero();
        JsonObject summary = summary();
        assertThat(JobRun.read(output.resolve("candidates"))).hasSize(36);
        List<Group> kept = JobRun.read(output.resolve("pairs"));
        assertThat(count(summary, "pairs")).isEqualTo(kept.size()).isPositive();
        int dropped = 0;
        for (String name : summary.keySet()) {
            dropped += name.startsWith("dropped.") ? count(summary, name) : 0;
        }
        assertThat(kept.size() + dropped).isEqualTo(12);
        assertThat(count(summary, "dropped.not-one-question")).isEqualTo(2);
        assertThat(run.out())
                .contains(
                        "pairs: " + kept.size() + " kept",
                        "2 rows without a pair: prompt is not one question with at most one image");
    }

    @Test
    void aPairIsWhatTheVerdictsSay() throws IOException {
        assertThat(pairs().status()).isZero();
        Map<String, String> texts = new HashMap<>();
        for (Group row : JobRun.read(output.resolve("candidates"))) {
            texts.put(row.getString("row_id", 0) + "/" + row.getInteger("sample", 0), row.getString("text", 0));
        }
        List<Group> verdicts = JobRun.read(output.resolve("verdicts"));
        for (Group verdict : verdicts) {
            boolean inOrder = verdict.getDouble("probability_first", 0) > 0.5;
            boolean swapped = verdict.getDouble("probability_first_swapped", 0) > 0.5;
            assertThat(verdict.getFieldRepetitionCount("picked")).isEqualTo(inOrder == swapped ? 1 : 0);
        }
        for (Group pair : JobRun.read(output.resolve("pairs"))) {
            String id = pair.getString("idx", 0);
            int chosen = pair.getInteger("chosen_sample", 0);
            int rejected = pair.getInteger("rejected_sample", 0);
            assertThat(pair.getString("chosen", 0))
                    .isEqualTo(texts.get(id + "/" + chosen).strip());
            assertThat(pair.getString("rejected", 0))
                    .isEqualTo(texts.get(id + "/" + rejected).strip())
                    .isNotEqualTo(pair.getString("chosen", 0));
            assertThat(wins(verdicts, id, chosen)).isGreaterThan(wins(verdicts, id, rejected));
            assertThat(JsonParser.parseString(pair.getString("origin_split", 0))
                            .getAsJsonObject()
                            .get("labeler")
                            .getAsString())
                    .isEqualTo("self");
        }
    }

    @Test
    void pairsArePreparedAsTheyAre() throws IOException {
        assertThat(pairs().status()).isZero();
        Path prepared = folder.resolve("prepared");
        JobRun run = JobRun.of(
                Prepare.JOB, "--model", GOLDEN.model(), "--input", output.resolve("pairs"), "--output", prepared);
        assertThat(run.status()).as(run.err()).isZero();
        List<Group> pairs = JobRun.read(output.resolve("pairs"));
        Path scores = folder.resolve("scores");
        JobRun scored = JobRun.of(Score.JOB, "--model", GOLDEN.model(), "--input", prepared, "--output", scores);
        assertThat(scored.status()).as(scored.err()).isZero();
        assertThat(JobRun.read(scores))
                .extracting(row -> row.getString("row_id", 0))
                .containsExactlyElementsOf(
                        pairs.stream().map(pair -> pair.getString("idx", 0)).toList());
    }

    @Test
    void aRunThatWasCutShortGoesOnWithTheSameText() throws IOException {
        assertThat(pairs().status()).isZero();
        Path marker = output.resolve("_parts/part-00001.json");
        assertThat(marker).exists();
        List<String> before = lines("candidates");
        List<String> pairsBefore = lines("pairs");
        Files.delete(marker);
        Files.delete(output.resolve("candidates/part-00001.parquet"));
        Files.delete(output.resolve("_SUCCESS.json"));
        JobRun run = pairs();
        assertThat(run.status()).as(run.err()).isZero();
        assertThat(lines("candidates")).isEqualTo(before);
        assertThat(lines("pairs")).isEqualTo(pairsBefore);
        assertThat(count(summary(), "rows")).isEqualTo(12);
    }

    @Test
    void otherSettingsDoNotContinueAnUnfinishedRun() throws IOException {
        assertThat(pairs().status()).isZero();
        Files.delete(output.resolve("_SUCCESS.json"));
        JobRun run = generate("generate.seed=5");
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).contains("it holds an unfinished result with other inputs or settings");
    }

    @Test
    void aJudgesQuestionWithoutItsPlacesIsRefused() {
        JobRun run = generate("generate.critic=self", "generate.samples=2", "generate.judge.prompt=which");
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err())
                .contains("Invalid generate.judge.prompt: which"
                        + " (expected a text with {question}, {first} and {second})");
        assertThat(output).doesNotExist();
    }

    private JobRun pairs() {
        return generate(
                "generate.critic=self",
                "generate.samples=3",
                "generate.max-new-tokens=12",
                "generate.seed=3",
                "generate.batch-size=6");
    }

    private JobRun generate(Object... more) {
        Object[] arguments = {"--model", GOLDEN.model(), "--input", shards, "--output", output, "model.precision=fp32"};
        return JobRun.of(
                Generate.JOB, Stream.of(arguments, more).flatMap(Arrays::stream).toArray());
    }

    private static int wins(List<Group> verdicts, String rowId, int sample) {
        int wins = 0;
        for (Group verdict : verdicts) {
            boolean concerned = verdict.getString("row_id", 0).equals(rowId)
                    && (verdict.getInteger("first", 0) == sample || verdict.getInteger("second", 0) == sample);
            if (concerned && verdict.getFieldRepetitionCount("picked") > 0) {
                wins += verdict.getInteger("picked", 0) == sample ? 1 : -1;
            }
        }
        return wins;
    }

    private static int[] ids(Group row) {
        Group list = row.getGroup("token_ids", 0);
        int[] ids = new int[list.getFieldRepetitionCount("list")];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = list.getGroup("list", i).getInteger("element", 0);
        }
        return ids;
    }

    private List<String> lines(String table) throws IOException {
        List<String> lines = new ArrayList<>();
        JobRun.read(output.resolve(table)).forEach(row -> lines.add(row.toString()));
        return lines;
    }

    private JsonObject summary() throws IOException {
        return JsonParser.parseString(Files.readString(output.resolve("_SUCCESS.json")))
                .getAsJsonObject();
    }

    private static int count(JsonObject summary, String name) {
        return summary.has(name) ? summary.get(name).getAsInt() : 0;
    }
}
