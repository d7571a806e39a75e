// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.prepare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.vireo.jobs.shards.RowText;
import dev.vireo.jobs.shards.ShardReader;
import dev.vireo.jobs.shards.ShardSet;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.io.LocalInputFile;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rules of the selection through the whole job, on rows in the layout of LLaVA-OneVision. */
class PrepareSelectTest {
    private static final String MODEL = PrepareRuns.model("llava15-tiny");
    private static final String FILE = "rows.parquet";
    private static PrepareRuns runs;

    @TempDir
    Path folder;

    @BeforeAll
    static void startSpark() {
        runs = new PrepareRuns("local[1]");
    }

    @AfterAll
    static void stopSpark() {
        runs.close();
    }

    @Test
    void rejectsNameTheRuleAndRowsKeepTheirLineage() throws Exception {
        byte[] turned = Files.readAllBytes(PrepareRuns.GOLDEN.resolve("images/jpeg-exif-6.jpg"));
        byte[] picture = Files.readAllBytes(PrepareRuns.GOLDEN.resolve("images/large.jpg"));
        write(
                row("first", turned, "What is it?", "A house."),
                row("again", turned, "What is it?", "A house."),
                row("other-answer", turned, "What is it?", "A red house."),
                row("large", picture, "What is it?", "A field."),
                row("large-as-png", png(picture), "Where is it?", "Outside."),
                row("text", null, "How are you?", "Well."),
                row("broken", new byte[] {1, 2, 3}, "What is it?", "Nothing."),
                row("long", picture, "What is it?", "It is " + "very ".repeat(40) + "wide."));
        runs.run(
                MODEL,
                folder.resolve(FILE).toString(),
                folder.resolve("out"),
                "prepare.max-answer-tokens=60",
                "prepare.select.duplicates=first",
                "prepare.select.near-images=4",
                "prepare.select.text-only=reject");
        assertThat(rejects())
                .isEqualTo(Map.of(
                        "again", "duplicate row: its images and its text are those of row first",
                        "large-as-png", "near-duplicate image: it is within 4 bits of that of row large",
                        "text", "no image: prepare.select.text-only is reject",
                        "broken",
                                "unusable image: the image cannot be decoded: it is none of JPEG, PNG, WebP, GIF and BMP",
                        "long", "too long: 130 tokens in an answer, prepare.max-answer-tokens is 60"));
        ShardSet set = open();
        assertThat(Stream.of(0, 1, 2).map(set.index()::rowId)).containsExactly("first", "other-answer", "large");
        assertThat(set.manifest().imageCount()).isEqualTo(2);
        try (ShardReader reader = set.reader()) {
            assertThat(reader.text(1).lineage())
                    .isEqualTo(new RowText.Lineage(
                            FILE, 2, "read as onevision; image 1 of 67 x 45, turned by EXIF orientation 6"));
            assertThat(reader.text(2).lineage().transformations()).isEqualTo("read as onevision; image 1 of 240 x 320");
        }
        JsonObject summary = JsonParser.parseString(Files.readString(folder.resolve("out/_SUCCESS.json")))
                .getAsJsonObject();
        assertThat(summary.getAsJsonObject("rejected").get("duplicate row").getAsInt())
                .isEqualTo(1);
        long source = summary.get("row_bytes_source").getAsLong();
        assertThat(source).isGreaterThan((turned.length + picture.length) / 3);
        assertThat(summary.get("row_bytes_tiles").getAsLong()).isGreaterThan(source);
        assertThat(runs.printed())
                .contains("rejected, near-duplicate image", "bytes a row, images=tiles", "bytes a row, images=source");
    }

    @Test
    void interruptedSelectionIsNotDecidedAnew() throws Exception {
        write(some(40));
        String[] settings = {"prepare.shard-rows=8", "prepare.select.rows=20", "prepare.select.held-out=0.1"};
        runs.run(MODEL, folder.resolve(FILE).toString(), folder.resolve("undisturbed"), settings);
        Path out = folder.resolve("out");
        Path input = folder.resolve(FILE);
        byte[] whole = Files.readAllBytes(input);
        var time = Files.getLastModifiedTime(input);
        byte[] broken = whole.clone();
        // The pictures' page cannot be read any more, the ids before it can: the scan fails.
        int pictures = pictures(input);
        java.util.Arrays.fill(broken, pictures, pictures + 20, (byte) 0x55);
        Files.write(input, broken);
        Files.setLastModifiedTime(input, time);
        assertThatThrownBy(() -> runs.run(MODEL, input.toString(), out, settings))
                .hasMessageContaining("Cannot prepare " + input + " rows 0 to 7: ");
        Files.write(input, whole);
        Files.setLastModifiedTime(input, time);
        Path obstacle = Files.createDirectories(out.resolve("shards/00001-index.arrow/in-the-way"));
        assertThatThrownBy(() -> runs.run(MODEL, input.toString(), out, settings))
                .hasMessageContaining("00001-index.arrow");
        Path notes = out.resolve("_progress/selection.json");
        assertThat(Files.readString(notes)).contains("split: 18 rows to train, 2 held out");
        Files.writeString(notes, "[\"what was decided before\"]");
        Files.delete(obstacle);
        Files.delete(obstacle.getParent());
        runs.printed();
        runs.run(MODEL, input.toString(), out, settings);
        assertThat(runs.printed())
                .contains("Resuming: 1 of ")
                .contains("what was decided before")
                .doesNotContain("Choosing rows");
        assertThat(open().rows()).isEqualTo(18);
        assertThat(open().contentHash()).isEqualTo(set("undisturbed").contentHash());
        // few rows of each range are kept, so ranges go together: 18 rows of at most 8 are not in 5 shards
        assertThat(open().manifest().shards()).hasSizeBetween(3, 4);
    }

    @Test
    void fullShardIsFollowedByThatWhichGoesOn() throws Exception {
        Row[] rows = new Row[24];
        for (int i = 0; i < rows.length; i++) {
            // two rows share a picture of about 120 kB, which noise keeps from shrinking
            rows[i] = row("row-" + i, noise(i / 2, 200), "What is it?", "Noise " + i + ".");
        }
        write(rows);
        String input = folder.resolve(FILE).toString();
        runs.run(MODEL, input, folder.resolve("whole"), "prepare.images=source");
        runs.run(MODEL, input, folder.resolve("out"), "prepare.images=source", "prepare.shard-size=1");
        assertThat(open().manifest().shards())
                .extracting(shard -> shard.name() + ": " + shard.rows() + " rows, " + shard.images() + " images")
                .containsExactly("00000: 17 rows, 9 images", "00000.1: 7 rows, 4 images");
        try (ShardReader parts = open().reader();
                ShardReader whole = set("whole").reader()) {
            for (int i = 0; i < rows.length; i++) {
                assertThat(parts.text(i)).isEqualTo(whole.text(i));
                assertThat(parts.sourceImage(i, 0)).isEqualTo(whole.sourceImage(i, 0));
            }
        }
    }

    @Test
    void fileOfTextAloneHasNoImageColumn() throws Exception {
        List<Row> rows = Stream.of("one", "two", "three")
                .map(id -> row(id, null, "How are you?", "Well."))
                .map(row -> RowFactory.create(row.get(0), row.get(2)))
                .toList();
        write(rows, new StructType(new org.apache.spark.sql.types.StructField[] {SCHEMA.apply(0), SCHEMA.apply(2)}));
        runs.run(MODEL, folder.resolve(FILE).toString(), folder.resolve("out"));
        assertThat(open().rows()).isEqualTo(3);
        assertThat(open().manifest().imageCount()).isZero();
    }

    @Test
    void dryRunShowsWhatWouldBecomeOfSomeRows() throws Exception {
        Row[] rows = some(64);
        rows[2] = row("broken", new byte[] {1, 2, 3}, "What is it?", "Nothing.");
        rows[33] = row("copy", noise(32, 10), "What is it?", "Noise 32.");
        write(rows);
        runs.printed();
        runs.dryRun(
                MODEL,
                folder.resolve(FILE).toString(),
                "prepare.dry-run-rows=32",
                "prepare.shard-rows=20",
                "prepare.select.duplicates=first",
                "prepare.select.held-out=0.1");
        // rows 0 to 15 and 32 to 47
        assertThat(runs.printed())
                .containsPattern("rows in the input +64")
                .containsPattern("looked at +32")
                .containsPattern("kept of these +27")
                .containsPattern("rejected, duplicate row +1")
                .containsPattern("rejected, unusable image +1")
                .containsPattern("rejected, held out +3")
                .contains("split: 27 rows to train, 3 held out")
                .containsPattern("tokens of a row +rows")
                .containsPattern("\\d+ to \\d+ +\\d+ +#+")
                .containsPattern("shortest \\d+, half up to \\d+, nine in ten up to \\d+, longest \\d+")
                .containsPattern("broken +unusable image: the image cannot be decoded")
                .containsPattern("copy +duplicate row: its images and its text are those of row row-32")
                .contains("Nothing was written.");
        // of many rejected rows twelve are named
        runs.dryRun(MODEL, folder.resolve(FILE).toString(), "prepare.dry-run-rows=32", "prepare.select.held-out=0.5");
        assertThat(runs.printed()).containsPattern("rejected, held out +16").contains("and 5 more");
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files.map(file -> file.getFileName().toString())).containsExactlyInAnyOrder("made", FILE);
        }
    }

    /** Where the file holds the first page of pictures. */
    private static int pictures(Path file) throws IOException {
        try (ParquetFileReader reader = ParquetFileReader.open(new LocalInputFile(file))) {
            return reader.getRowGroups().get(0).getColumns().stream()
                    .filter(column -> column.getPath().toDotString().equals("image.bytes"))
                    .mapToInt(column -> (int) column.getStartingPos())
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static Row[] some(int count) throws IOException {
        Row[] rows = new Row[count];
        for (int i = 0; i < count; i++) {
            rows[i] = row("row-" + i, noise(i, 10), "What is it?", "Noise " + i + ".");
        }
        return rows;
    }

    private static final StructType SCHEMA = new StructType()
            .add("id", DataTypes.StringType)
            .add("image", new StructType().add("bytes", DataTypes.BinaryType).add("path", DataTypes.StringType))
            .add(
                    "conversations",
                    DataTypes.createArrayType(
                            new StructType().add("from", DataTypes.StringType).add("value", DataTypes.StringType)));

    private static Row row(String id, byte[] image, String question, String answer) {
        return RowFactory.create(id, image == null ? null : RowFactory.create(image, "picture"), new Row[] {
            RowFactory.create("human", (image == null ? "" : "<image>\n") + question), RowFactory.create("gpt", answer)
        });
    }

    private void write(Row... rows) throws IOException {
        write(List.of(rows), SCHEMA);
    }

    private void write(List<Row> rows, StructType schema) throws IOException {
        SparkSession spark = runs.context().spark();
        Path made = folder.resolve("made");
        spark.createDataFrame(rows, schema).coalesce(1).write().parquet(made.toString());
        try (Stream<Path> files = Files.list(made)) {
            Path part = files.filter(file -> file.toString().endsWith(".parquet"))
                    .findFirst()
                    .orElseThrow();
            Files.move(part, folder.resolve(FILE));
        }
    }

    private static byte[] noise(int seed, int side) throws IOException {
        Random random = new Random(seed);
        BufferedImage image = new BufferedImage(side, side, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < side * side; i++) {
            image.setRGB(i % side, i / side, random.nextInt(1 << 24));
        }
        return png(image);
    }

    private static byte[] png(byte[] picture) throws IOException {
        return png(ImageIO.read(new java.io.ByteArrayInputStream(picture)));
    }

    private static byte[] png(BufferedImage image) throws IOException {
        var bytes = new ByteArrayOutputStream();
        ImageIO.write(image, "png", bytes);
        return bytes.toByteArray();
    }

    private ShardSet open() throws IOException {
        return set("out");
    }

    private ShardSet set(String name) throws IOException {
        return ShardSet.open(
                runs.context().storage(), List.of(folder.resolve(name).toString()));
    }

    private Map<String, String> rejects() {
        Map<String, String> rejects = new TreeMap<>();
        List<Row> rows = new ArrayList<>(runs.context()
                .spark()
                .read()
                .parquet(folder.resolve("out/rejects").toString())
                .collectAsList());
        rows.forEach(row -> rejects.put(row.getAs("row_id"), row.getAs("reason")));
        return rejects;
    }
}
