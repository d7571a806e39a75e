// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.vireo.jobs.runtime.JobOption;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model one of whose tokens has an infinite embedding, so that rows with this token have no finite gradient. */
class SkippedStepsTest {
    @TempDir
    Path folder;

    private Map<JobOption, List<String>> broken;

    @BeforeEach
    void breakTheModel() throws IOException {
        Path model = Files.createDirectory(folder.resolve("model"));
        try (Stream<Path> files = Files.list(TinyRun.MODEL)) {
            for (Path file : files.toList()) {
                Files.copy(file, model.resolve(file.getFileName()));
            }
        }
        Path weights = model.resolve("model.safetensors");
        ByteBuffer content = ByteBuffer.wrap(Files.readAllBytes(weights)).order(ByteOrder.LITTLE_ENDIAN);
        int header = (int) content.getLong(0);
        JsonObject embedding = JsonParser.parseString(
                        new String(content.array(), Long.BYTES, header, StandardCharsets.UTF_8))
                .getAsJsonObject()
                .getAsJsonObject("language_model.model.embed_tokens.weight");
        int width = embedding.getAsJsonArray("shape").get(1).getAsInt();
        int start = Long.BYTES
                + header
                + embedding.getAsJsonArray("data_offsets").get(0).getAsInt();
        content.putFloat(start + TinyRun.ODD_TOKEN * width * Float.BYTES, Float.POSITIVE_INFINITY);
        Files.write(weights, content.array());
        broken = Map.of(JobOption.MODEL, List.of(model.toString()));
    }

    @Test
    void stepWithSuchARowChangesNothingAndNamesIt() throws Exception {
        TinyRun threads = new TinyRun(folder);
        Path shards = threads.shards("rows", 12, true, Set.of(5));
        byte[] expected = skipsOne(threads, shards, "threads");
        assertThat(skipsOne(TinyRun.onCluster(folder, 2), shards, "processes")).isEqualTo(expected);
        ByteBuffer content = ByteBuffer.wrap(expected).order(ByteOrder.LITTLE_ENDIAN);
        FloatBuffer values = content.position(Long.BYTES + (int) content.getLong(0))
                .slice()
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer();
        assertThat(values.remaining()).isPositive();
        while (values.hasRemaining()) {
            assertThat(values.get()).isFinite();
        }
    }

    /** Its adapter. */
    private byte[] skipsOne(TinyRun run, Path shards, String name) throws Exception {
        Path output = run.train(broken, shards, name, settings("train.steps=6", "train.log-every=100"));
        List<JsonObject> skipped = TinyRun.steps(output).stream()
                .filter(line -> line.has("skipped"))
                .toList();
        assertThat(skipped).as("logged whatever train.log-every says").hasSize(1);
        assertThat(run.console())
                .contains("skipped, the gradient was not finite: step "
                        + skipped.get(0).get("step") + ": rows rows-5\n");
        assertThat(JsonParser.parseString(Files.readString(output.resolve("_SUCCESS.json")))
                        .getAsJsonObject()
                        .get("skipped_steps")
                        .getAsInt())
                .isEqualTo(1);
        return TinyRun.adapter(output);
    }

    @Test
    void tooManyInARowEndTheRun() throws Exception {
        TinyRun run = new TinyRun(folder);
        Set<Integer> all = IntStream.range(0, 12).boxed().collect(Collectors.toSet());
        Path shards = run.shards("rows", 12, true, all);
        assertThatThrownBy(() -> run.train(broken, shards, "run", settings("train.steps=6", "train.max-skipped=2")))
                .hasMessageContaining("the gradients of 2 steps in a row, 1 to 2, were not finite")
                .hasMessageContaining("step 1: rows rows-")
                .hasMessageContaining("raise train.max-skipped, which is 2");
        assertThat(TinyRun.steps(folder.resolve("run"))).hasSize(2);
        JsonObject end = TinyRun.end(folder.resolve("run"));
        assertThat(end.get("kind").getAsString()).isEqualTo("failed");
        assertThat(end.get("reason").getAsString()).contains("step 1: rows rows-");
    }

    private static String[] settings(String... more) {
        return Stream.concat(
                        Stream.of(more), Stream.of("train.workers=2", "train.learning-rate=1e-3", "train.batch-size=1"))
                .toArray(String[]::new);
    }
}
