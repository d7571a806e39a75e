// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.shards;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vireo.batch.Answer;
import dev.vireo.batch.PackedBatch.PromptTargets;
import dev.vireo.batch.Sample;
import dev.vireo.data.Conversation;
import dev.vireo.data.Message;
import dev.vireo.image.ImageSize;
import dev.vireo.image.ImageSpan;
import dev.vireo.image.ProcessedImage;
import dev.vireo.image.SizeLimits;
import dev.vireo.jobs.config.InvalidSettingsException;
import dev.vireo.jobs.storage.Storage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShardSetTest {
    private static final int IMAGE_TOKEN = 99;
    private static final ModelIdentity MODEL = new ModelIdentity("llava", "p".repeat(64), "t".repeat(64), IMAGE_TOKEN);
    private static final ImageRules TILES = new ImageRules(ImageStorage.TILES, true, 1000, SizeLimits.NONE);

    @TempDir
    Path folder;

    private final Storage storage = Storage.of(new Configuration());

    @Test
    void rowsAreReadByNumberInAnyOrder() throws IOException {
        List<Sample> written = write("a", MODEL, 0, 23);
        write("b", MODEL, 23, 40);
        ShardSet set = ShardSet.open(storage, List.of(path("a"), path("b")));
        assertThat(set.rows()).isEqualTo(63);
        try (ShardReader reader = set.reader()) {
            for (int row : new int[] {22, 3, 16, 15, 0, 21}) {
                assertSame(reader.sample(row), written.get(row));
            }
            assertThat(reader.sample(23).rowId()).isEqualTo("row 23");
            assertThat(reader.sample(62).rowId()).isEqualTo("row 62");
            assertThatThrownBy(() -> reader.sample(63)).isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    @Test
    void indexCountsWhatTheBatchWillHold() throws IOException {
        List<Sample> written = write("a", MODEL, 0, 20);
        RowIndex index = ShardSet.open(storage, List.of(path("a"))).index();
        for (int row = 0; row < 20; row++) {
            Sample sample = written.get(row);
            assertThat(index.rowId(row)).isEqualTo(sample.rowId());
            assertThat(index.prefixTokens(row)).isEqualTo(sample.prefixTokens());
            assertThat(index.tokens(row)).isEqualTo(sample.tokens());
            assertThat(index.isPair(row)).isEqualTo(sample.rejected().length() > 0);
            for (PromptTargets targets : PromptTargets.values()) {
                assertThat(index.nllTokens(row, targets)).isEqualTo(sample.row().nllTokens(IMAGE_TOKEN, targets));
            }
        }
    }

    @Test
    void textAndOriginalImagesComeBack() throws IOException {
        write("a", MODEL, 0, 4);
        try (ShardReader reader = ShardSet.open(storage, List.of(path("a"))).reader()) {
            RowText text = reader.text(2);
            assertThat(text.question()).isEqualTo("Frage 2 – ü");
            assertThat(text.prompt().get(0)).isEqualTo(Message.user(2, "Frage 2 – ü"));
            assertThat(text.chosen()).isEqualTo("yes 2");
            assertThat(text.rejected()).isEqualTo("no");
            assertThat(text.provenance().originSplit()).isEqualTo("{\"split\": 2}");
            assertThat(text.provenance().imagePath()).isNull();
            assertThat(reader.sourceImage(2, 1)).isEqualTo(source(3));
            assertThat(reader.text(3).rejected()).isNull();
        }
    }

    @Test
    void imageThatManyRowsUseIsStoredOnce() throws IOException {
        write("a", MODEL, 0, 40);
        ShardEntry shard =
                ShardSet.open(storage, List.of(path("a"))).manifest().shards().get(0);
        assertThat(shard.images()).isEqualTo(5);
        assertThat(shard.rows()).isEqualTo(40);
    }

    @Test
    void sameRowsGiveSameBytes() throws IOException {
        write("a", MODEL, 0, 20);
        write("b", MODEL, 0, 20);
        assertThat(ShardSet.open(storage, List.of(path("a"))).contentHash())
                .isEqualTo(ShardSet.open(storage, List.of(path("b"))).contentHash());
    }

    @Test
    void unfinishedMissingAndForeignDirectoriesAreRefused() throws IOException {
        write("a", MODEL, 0, 3);
        write("b", new ModelIdentity("llava", "p".repeat(64), "u".repeat(64), IMAGE_TOKEN), 0, 3);
        assertRefused("they were prepared with another tokenizer (uuuuuuuuuuuu, not tttttttttttt)", "a", "b");
        assertThatThrownBy(() -> ShardSet.open(storage, List.of(path("a")))
                        .requireModel(
                                "train on", "MODEL", new ModelIdentity("llava", "q", "t".repeat(64), IMAGE_TOKEN)))
                .isInstanceOf(InvalidSettingsException.class)
                .hasMessageContaining("Cannot train on " + path("a"))
                .hasMessageContaining("another image processor (pppppppppppp, not q); run prepare with --model MODEL");
        Path manifest = folder.resolve("a/manifest.json");
        String json = Files.readString(manifest);
        int version = Manifest.FORMAT_VERSION;
        Files.writeString(manifest, json.replace("\"format_version\": " + version, "\"format_version\": 7"));
        assertRefused("its format is version 7, expected " + version, "a");
        Files.writeString(manifest, json.replace("template_hash", "unknown"));
        assertRefused("cannot be read: template_hash", "a");
        Files.writeString(manifest, json);
        Files.writeString(folder.resolve("a/shards/00000-rows.arrow"), "short");
        assertRefused("shards/00000-rows.arrow has 5 bytes", "a");
        Files.delete(folder.resolve("a/shards/00000-rows.arrow"));
        assertRefused("shards/00000-rows.arrow is missing", "a");
        Files.delete(manifest);
        assertRefused("it has no manifest.json", "a");
    }

    @Test
    void closingWithoutFinishLeavesNothing() throws IOException {
        try (ShardWriter writer = ShardWriter.create(storage, path("a"), 0, ImageStorage.TILES, IMAGE_TOKEN)) {
            WholeSamples.write(writer, sample(0), sources(0), text(0));
        }
        assertThat(Files.list(folder.resolve("a").resolve(ShardWriter.UNFINISHED)))
                .isEmpty();
        assertThat(folder.resolve("a/shards")).doesNotExist();
    }

    private void assertRefused(String reason, String... names) {
        List<String> directories = List.of(names).stream().map(this::path).toList();
        assertThatThrownBy(() -> ShardSet.open(storage, directories))
                .isInstanceOf(InvalidSettingsException.class)
                .hasMessageContaining("Cannot open shards ")
                .hasMessageContaining(reason);
    }

    private List<Sample> write(String name, ModelIdentity model, int first, int rows) throws IOException {
        List<Sample> samples = new ArrayList<>();
        try (ShardWriter writer = ShardWriter.create(storage, path(name), 0, ImageStorage.TILES, IMAGE_TOKEN)) {
            for (int row = first; row < first + rows; row++) {
                samples.add(sample(row));
                WholeSamples.write(writer, sample(row), sources(row), text(row));
            }
            Manifest manifest = Manifest.of(model, TILES, "template", "settings", List.of(writer.finish()));
            storage.publish(Storage.child(path(name), Manifest.FILE), manifest.toJson());
        }
        return samples;
    }

    private String path(String name) {
        return folder.resolve(name).toString();
    }

    /** Row n has n mod 3 images of five different ones; each third row is a demonstration. */
    private static Sample sample(int row) {
        int images = row % 3;
        int[] prompt = new int[2 * images + 4];
        for (int i = 0; i < prompt.length; i++) {
            prompt[i] = i < 2 * images ? IMAGE_TOKEN : row + i;
        }
        List<ProcessedImage> pictures = new ArrayList<>();
        List<ImageSpan> spans = new ArrayList<>();
        for (int i = 0; i < images; i++) {
            pictures.add(picture((row + i) % 5));
            spans.add(new ImageSpan(2 * (7 + (row + i) % 5), 2));
        }
        Answer chosen = Answer.of(new int[] {row, 5, 6, 7}, new boolean[] {true, row % 2 == 0, false, true});
        Answer rejected = row % 3 == 0 ? Answer.none() : Answer.of(new int[] {row, 8});
        return new Sample("row " + row, prompt, pictures, spans, chosen, rejected);
    }

    private static List<byte[]> sources(int row) {
        List<byte[]> all = new ArrayList<>();
        for (int i = 0; i < row % 3; i++) {
            all.add(source((row + i) % 5));
        }
        return all;
    }

    private static byte[] source(int image) {
        return ("picture " + image).getBytes(StandardCharsets.UTF_8);
    }

    private static ProcessedImage picture(int image) {
        byte[] tiles = new byte[3 * (4 * 5 + 6 * 7)];
        new Random(image).nextBytes(tiles);
        List<ImageSize> sizes = List.of(new ImageSize(4, 5), new ImageSize(6, 7));
        return new ProcessedImage(tiles, sizes, new ImageSize(40 + image, 50));
    }

    private static RowText text(int row) {
        List<Message> prompt = List.of(Message.user(row % 3, "Frage " + row + " – ü"));
        Conversation conversation = row % 3 == 0
                ? Conversation.demonstration(prompt, List.of(Message.assistant("yes " + row)))
                : Conversation.pair(prompt, "yes " + row, "no");
        return RowText.of(
                "row " + row, conversation, new RowText.Provenance("set", null, "{\"split\": " + row + "}", null));
    }

    private static void assertSame(Sample actual, Sample expected) {
        assertThat(actual.rowId()).isEqualTo(expected.rowId());
        assertThat(actual.promptIds()).isEqualTo(expected.promptIds());
        assertThat(actual.imageSpans()).isEqualTo(expected.imageSpans());
        assertThat(actual.prefixTokens()).isEqualTo(expected.prefixTokens());
        assertThat(actual.chosen().ids()).isEqualTo(expected.chosen().ids());
        assertThat(actual.chosen().scored()).isEqualTo(expected.chosen().scored());
        assertThat(actual.rejected().ids()).isEqualTo(expected.rejected().ids());
        assertThat(actual.images()).hasSameSizeAs(expected.images());
        for (int i = 0; i < actual.images().size(); i++) {
            assertThat(actual.images().get(i).tiles())
                    .isEqualTo(expected.images().get(i).tiles());
            assertThat(actual.images().get(i).tileSizes())
                    .isEqualTo(expected.images().get(i).tileSizes());
            assertThat(actual.images().get(i).imageSize())
                    .isEqualTo(expected.images().get(i).imageSize());
        }
    }
}
