// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.prepare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.vireo.batch.Sample;
import dev.vireo.checkpoint.SafetensorsFile;
import dev.vireo.image.ImageDecoder;
import dev.vireo.image.ImageDecoder.Orientation;
import dev.vireo.image.ImageProcessor;
import dev.vireo.image.ImageSpan;
import dev.vireo.image.ProcessedImage;
import dev.vireo.image.RgbImage;
import dev.vireo.image.SizeLimits;
import dev.vireo.jobs.config.InvalidSettingsException;
import dev.vireo.jobs.shards.RowText;
import dev.vireo.jobs.shards.ShardReader;
import dev.vireo.jobs.shards.ShardSet;
import dev.vireo.pretrained.PretrainedModel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Golden ids and tiles, made by TRL's collator and the image processors of transformers, through the whole job. */
class PrepareJobTest {
    private static PrepareRuns runs;

    @TempDir
    Path folder;

    @BeforeAll
    static void startSpark() {
        runs = new PrepareRuns("local[2]");
    }

    @AfterAll
    static void stopSpark() {
        runs.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"llava15-tiny", "llavanext-tiny"})
    void idsCountsAndTilesAreGolden(String model) throws Exception {
        runs.run(PrepareRuns.model(model), PrepareRuns.input("rlaif-v"), folder.resolve("out"), "prepare.shard-rows=4");
        ShardSet set = open("out");
        Map<String, JsonObject> golden = rows(model);
        try (ShardReader reader = set.reader()) {
            List<String> ids =
                    IntStream.range(0, set.rows()).mapToObj(set.index()::rowId).toList();
            assertThat(ids)
                    .containsExactly(
                            "plain", "lengths", "unicode", "text-only", "blanks", "shared-image", "newlines", "markup");
            for (int row = 0; row < set.rows(); row++) {
                if (golden.containsKey(ids.get(row))) {
                    assertGolden(reader.sample(row), golden.get(ids.get(row)), model);
                }
            }
            RowText plain = reader.text(0);
            assertThat(plain.question()).isEqualTo("What is in the image?");
            assertThat(plain.provenance().datasetName()).isEqualTo("RLAIF-V");
            assertThat(reader.sourceImage(0, 0))
                    .isEqualTo(Files.readAllBytes(PrepareRuns.GOLDEN.resolve("images/jpeg-420.jpg")));
        }
        assertThat(set.manifest().shards()).hasSize(3);
        assertThat(folder.resolve("out/_progress")).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(strings = {"idefics2-tiny", "idefics3-tiny"})
    void picturesThatAreNotCutAreGoldenWhereTheProcessorSaysSo(String name) throws Exception {
        Path model = Files.createDirectory(folder.resolve("model"));
        for (String file : List.of(
                "config.json", "tokenizer.json", "tokenizer_config.json", "chat_template.jinja", "model.safetensors")) {
            Files.copy(Path.of(PrepareRuns.model(name), file), model.resolve(file));
        }
        String settings = Files.readString(Path.of(PrepareRuns.model(name), "processor_config.json"));
        String uncut = settings.replace("\"do_image_splitting\": true", "\"do_image_splitting\": false");
        assertThat(uncut).isNotEqualTo(settings);
        Files.writeString(model.resolve("processor_config.json"), uncut);
        runs.run(model.toString(), PrepareRuns.input("rlaif-v-formatted"), folder.resolve("out"));
        JsonArray golden = JsonParser.parseString(
                        Files.readString(PrepareRuns.GOLDEN.resolve(name).resolve("unsplit.json")))
                .getAsJsonArray();
        try (ShardReader reader = open("out").reader()) {
            assertThat(open("out").rows()).isEqualTo(golden.size());
            for (int i = 0; i < golden.size(); i++) {
                JsonObject expected = golden.get(i).getAsJsonObject();
                Sample row = reader.sample(i);
                assertThat(row.promptIds()).isEqualTo(ints(expected, "prompt_ids"));
                assertThat(row.chosen().ids()).isEqualTo(ints(expected, "chosen_ids"));
                assertThat(row.imageSpans()).isEqualTo(ImageSpan.whole(ints(expected, "image_tokens")));
                List<String> digests = new ArrayList<>();
                row.images().forEach(image -> digests.add(sha256(image.tiles())));
                List<String> wanted = new ArrayList<>();
                expected.getAsJsonArray("sha256").forEach(each -> wanted.add(each.getAsString()));
                assertThat(digests).as(expected.get("row_id").getAsString()).isEqualTo(wanted);
            }
        }
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void everyRejectedRowIsListedWithItsReason() throws Exception {
        runs.run(PrepareRuns.model("llava15-tiny"), PrepareRuns.input("rlaif-v"), folder.resolve("out"));
        Map<String, String> rejects = rejects("out");
        assertThat(rejects.keySet()).containsExactly("broken", "empty-answer", "no-bytes", "no-difference");
        assertThat(rejects.get("broken")).startsWith("unusable image: the image cannot be decoded: ");
        assertThat(runs.printed())
                .contains("rows in", "12")
                .contains("kept", "8")
                .contains("rejected, unusable image", "rejected, empty answer", "rejected, identical answers")
                .contains("rows/s")
                .contains("rejects: " + folder.resolve("out") + "/rejects");
    }

    @Test
    void longRowsAreRejectedAndNeverCut() throws Exception {
        runs.run(
                PrepareRuns.model("llavanext-tiny"),
                PrepareRuns.input("rlaif-v"),
                folder.resolve("out"),
                "prepare.max-tokens=150");
        ShardSet set = open("out");
        int most = IntStream.range(0, set.rows())
                .map(row -> set.index().prefixTokens(row)
                        + Math.max(set.index().chosenTokens(row), set.index().rejectedTokens(row)))
                .max()
                .orElseThrow();
        assertThat(most).isLessThanOrEqualTo(150);
        assertThat(rejects("out").values())
                .filteredOn(reason -> reason.startsWith("too long"))
                .isNotEmpty()
                .allMatch(reason -> reason.matches("too long: \\d+ tokens, prepare.max-tokens is 150"));
    }

    /** This Idefics2 takes up to 75 pixels: 37 is its half, which people use. Limits hold in shards of both kinds. */
    @ParameterizedTest
    @CsvSource({"idefics2-tiny, 0, 0", "idefics2-tiny, 37, 0", "llavanext-tiny, 0, 2000", "llavanext-tiny, 50, 1000"})
    void limitsOfPicturesHoldInShardsAndWhileReading(String model, int edge, int pixels) throws Exception {
        Path directory = Path.of(PrepareRuns.model(model));
        String[] limits = {"prepare.longest-edge=" + edge, "prepare.max-pixels=" + pixels};
        runs.run(directory.toString(), PrepareRuns.input("rlaif-v"), folder.resolve("tiles"), limits);
        runs.run(
                directory.toString(),
                PrepareRuns.input("rlaif-v"),
                folder.resolve("source"),
                limits[0],
                limits[1],
                "prepare.images=source");
        ImageProcessor processor = PretrainedModel.open(directory).images();
        var decoder =
                new ImageDecoder(Orientation.APPLY, processor.transparency(), 1 << 20, new SizeLimits(edge, pixels));
        int smaller = 0;
        ShardSet set = open("tiles");
        try (ShardReader tiles = set.reader();
                ShardReader source = open("source").reader(processor)) {
            for (int row = 0; row < set.rows(); row++) {
                Sample sample = tiles.sample(row);
                for (int i = 0; i < sample.images().size(); i++) {
                    RgbImage picture = decoder.decode(tiles.sourceImage(row, i));
                    ProcessedImage expected =
                            processor.process(picture, sample.images().size());
                    assertThat(sample.images().get(i).tiles()).isEqualTo(expected.tiles());
                    assertThat(source.sample(row).images().get(i).tiles()).isEqualTo(expected.tiles());
                    assertThat(sample.imageSpans().get(i))
                            .isEqualTo(processor.span(
                                    picture.height(),
                                    picture.width(),
                                    sample.images().size()));
                    String made = "made smaller to " + picture.height() + " x " + picture.width();
                    smaller += tiles.text(row).lineage().transformations().contains(made) ? 1 : 0;
                }
            }
        }
        assertThat(smaller > 0).isEqualTo(edge + pixels > 0);
    }

    @Test
    void sourceImagesGiveTheSameRowsAsTiles() throws Exception {
        String model = PrepareRuns.model("llavanext-tiny");
        runs.run(model, PrepareRuns.input("rlaif-v"), folder.resolve("tiles"));
        runs.run(model, PrepareRuns.input("rlaif-v"), folder.resolve("source"), "prepare.images=source");
        var processor = PretrainedModel.open(Path.of(model)).images();
        try (ShardReader tiles = open("tiles").reader(processor);
                ShardReader source = open("source").reader(processor)) {
            for (int row = 0; row < open("tiles").rows(); row++) {
                Sample one = tiles.sample(row);
                Sample other = source.sample(row);
                assertThat(other.promptIds()).isEqualTo(one.promptIds());
                assertThat(other.imageSpans()).isEqualTo(one.imageSpans());
                for (int i = 0; i < one.images().size(); i++) {
                    assertThat(other.images().get(i).tiles())
                            .isEqualTo(one.images().get(i).tiles());
                }
            }
        }
        ShardSet both = ShardSet.open(
                runs.context().storage(),
                List.of(
                        folder.resolve("source").toString(),
                        folder.resolve("tiles").toString()));
        try (ShardReader reader = both.reader(processor)) {
            assertThat(reader.sample(8).images().get(0).tiles())
                    .isEqualTo(reader.sample(0).images().get(0).tiles());
        }
        assertThatThrownBy(() -> {
                    try (ShardReader reader = open("source").reader()) {
                        reader.sample(0);
                    }
                })
                .hasMessageContaining("without the model's image processor");
    }

    @Test
    void everySchemaGivesTheIdsOfItsRows() throws Exception {
        JsonObject plain = rows("llava15-tiny").get("plain");
        for (String schema : List.of("rlaif-v-formatted", "onevision", "vsft")) {
            runs.run(PrepareRuns.model("llava15-tiny"), PrepareRuns.input(schema), folder.resolve(schema));
            try (ShardReader reader = open(schema).reader()) {
                Sample first = reader.sample(0);
                assertThat(first.promptIds()).as(schema).isEqualTo(ints(plain, "prompt_ids"));
                assertThat(first.chosen().ids()).as(schema).isEqualTo(ints(plain, "chosen_ids"));
            }
        }
        assertThat(open("rlaif-v-formatted").index().rowId(1)).isEqualTo("rlaif-v-formatted.parquet:1");
        ShardSet several = open("onevision");
        assertThat(several.index().isPair(0)).isFalse();
        try (ShardReader reader = several.reader()) {
            Sample turns = reader.sample(3);
            assertThat(turns.rowId()).isEqualTo("several-turns");
            assertThat(turns.chosen().scored()).contains(true).contains(false);
            assertThat(reader.text(3).chosen()).isEqualTo("A car.\n\nIt is red.");
        }
        assertThat(rejects("onevision")).hasSize(6);
    }

    @Test
    void severalInputsKeepTheirOrderAndSchemas() throws Exception {
        runs.run(
                PrepareRuns.model("llava15-tiny"),
                List.of(PrepareRuns.input("vsft"), PrepareRuns.input("onevision")),
                folder.resolve("out").toString(),
                false,
                "prepare.shard-rows=3");
        ShardSet set = open("out");
        assertThat(IntStream.range(0, set.rows()).mapToObj(set.index()::rowId))
                .containsExactly(
                        "vsft.parquet:0",
                        "vsft.parquet:1",
                        "vsft.parquet:2",
                        "vsft.parquet:3",
                        "plain",
                        "lengths",
                        "text-only",
                        "several-turns");
    }

    @Test
    void equalRowsCountOnceAndDifferentRowsOfOneIdAreAnError() throws Exception {
        Path copy = folder.resolve("copy.parquet");
        Files.copy(Path.of(PrepareRuns.input("rlaif-v")), copy);
        String model = PrepareRuns.model("llava15-tiny");
        runs.run(model, List.of(PrepareRuns.input("rlaif-v"), copy.toString()), folder + "/twice", false);
        assertThat(open("twice").rows()).isEqualTo(8);
        assertThat(rejectReasons("twice"))
                .contains("duplicate row id: rlaif-v.parquet row 0 has it already")
                .hasSize(16);
        String other = PrepareRuns.input("onevision");
        assertThatThrownBy(
                        () -> runs.run(model, List.of(PrepareRuns.input("rlaif-v"), other), folder + "/mixed", false))
                .isInstanceOf(InvalidSettingsException.class)
                .hasMessageContaining("Cannot prepare --input: 3 row ids stand for different rows, such as 'lengths' in"
                        + " rlaif-v.parquet row 1 and onevision.parquet row 1; set prepare.dedup=first");
        runs.run(model, List.of(PrepareRuns.input("rlaif-v"), other), folder + "/mixed", false, "prepare.dedup=first");
        assertThat(open("mixed").rows()).isEqualTo(9);
    }

    private void assertGolden(Sample sample, JsonObject golden, String model) {
        assertThat(sample.promptIds()).as(sample.rowId()).isEqualTo(ints(golden, "prompt_ids"));
        assertThat(sample.chosen().ids()).isEqualTo(ints(golden, "chosen_ids"));
        assertThat(sample.rejected().ids()).isEqualTo(ints(golden, "rejected_ids"));
        assertThat(sample.imageSpans()).isEqualTo(ImageSpan.whole(ints(golden, "image_tokens")));
        SafetensorsFile tiles =
                SafetensorsFile.open(PrepareRuns.GOLDEN.resolve(model).resolve("images.safetensors"));
        JsonArray names = golden.getAsJsonArray("images");
        for (int i = 0; i < names.size(); i++) {
            ByteBuffer expected = tiles.bytes(names.get(i).getAsString());
            byte[] bytes = new byte[expected.remaining()];
            expected.get(bytes);
            assertThat(sample.images().get(i).tiles()).as(sample.rowId()).isEqualTo(bytes);
        }
    }

    private ShardSet open(String name) throws IOException {
        return ShardSet.open(
                runs.context().storage(), List.of(folder.resolve(name).toString()));
    }

    private Map<String, String> rejects(String name) {
        Map<String, String> rejects = new TreeMap<>();
        for (Row row : rejectRows(name)) {
            rejects.put(row.getAs("row_id"), row.getAs("reason"));
        }
        return rejects;
    }

    private List<String> rejectReasons(String name) {
        return rejectRows(name).stream().map(row -> row.<String>getAs("reason")).toList();
    }

    private List<Row> rejectRows(String name) {
        return runs.context()
                .spark()
                .read()
                .parquet(folder.resolve(name).resolve("rejects").toString())
                .collectAsList();
    }

    private static Map<String, JsonObject> rows(String model) throws IOException {
        Map<String, JsonObject> rows = new TreeMap<>();
        String json = Files.readString(PrepareRuns.GOLDEN.resolve(model).resolve("rows.json"));
        for (JsonElement row : JsonParser.parseString(json).getAsJsonArray()) {
            rows.put(row.getAsJsonObject().get("row_id").getAsString(), row.getAsJsonObject());
        }
        return rows;
    }

    private static int[] ints(JsonObject row, String key) {
        List<Integer> values = new ArrayList<>();
        row.getAsJsonArray(key).forEach(value -> values.add(value.getAsInt()));
        return Stream.of(values)
                .flatMap(List::stream)
                .mapToInt(Integer::intValue)
                .toArray();
    }
}
