// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vireo.data.ContentPart;
import dev.vireo.data.Conversation;
import dev.vireo.data.Message;
import dev.vireo.jobs.config.InvalidSettingsException;
import dev.vireo.jobs.config.PrepareSettings.Schema;
import dev.vireo.jobs.shards.RowText.Provenance;
import dev.vireo.jobs.storage.Storage;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Reads the files of {@code tools/golden/parquet.py}, which the {@code datasets} library wrote. */
class PublishedSchemasTest {
    private final Storage storage = Storage.of(new Configuration());

    @ParameterizedTest
    @EnumSource(value = Schema.class, mode = EnumSource.Mode.EXCLUDE, names = "AUTO")
    void schemaIsFoundByItsColumns(Schema schema) throws IOException {
        MessageType columns = ParquetLayout.read(storage, file(schema)).columns();
        assertThat(InputSchema.of(Schema.AUTO, columns, "FILE")).isEqualTo(schema);
        assertThat(InputSchema.of(schema, columns, "FILE")).isEqualTo(schema);
    }

    @Test
    void columnsThatFitNothingAreListedBesideWhatWasExpected() throws IOException {
        MessageType columns = MessageTypeParser.parseMessageType(
                "message m { optional binary question (STRING); optional int64 n; optional binary chosen; }");
        assertThatThrownBy(() -> InputSchema.of(Schema.AUTO, columns, "x.parquet"))
                .isInstanceOf(InvalidSettingsException.class)
                .hasMessageContaining("Cannot read --input x.parquet: its columns fit no schema; found chosen binary,"
                        + " n int64, question string; expected rlaif-v: chosen string, image struct<bytes: binary, path:"
                        + " string>, question string, rejected string; or rlaif-v-formatted: chosen"
                        + " list<struct<content: list<struct<text: string, type: string>>, role: string>>")
                .hasMessageContaining("onevision:")
                .hasMessageContaining("vsft:");
        MessageType vsft = ParquetLayout.read(storage, file(Schema.VSFT)).columns();
        assertThatThrownBy(() -> InputSchema.of(Schema.ONEVISION, vsft, "x.parquet"))
                .hasMessageContaining("its columns do not fit prepare.schema=onevision; found images list<struct<bytes:"
                        + " binary, path: string>>, messages list<struct<content: list<struct<index: int64, text:"
                        + " string, type: string>>, role: string>>; expected onevision: conversations");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            '' | onevision
            optional int32 image (UNKNOWN); | onevision
            optional group image { optional binary bytes; optional binary path (STRING); } | onevision
            optional binary image (STRING); | none
            """)
    void textAloneIsOneVisionWithoutImages(String image, String schema) {
        MessageType columns = MessageTypeParser.parseMessageType("message m { " + image
                + " optional group conversations (LIST) { repeated group list { optional group element {"
                + " optional binary from (STRING); optional binary value (STRING); } } } }");
        if (schema.equals("onevision")) {
            assertThat(InputSchema.of(Schema.AUTO, columns, "FILE")).isEqualTo(Schema.ONEVISION);
        } else {
            assertThatThrownBy(() -> InputSchema.of(Schema.ONEVISION, columns, "x.parquet"))
                    .hasMessageContaining("found conversations list<struct<from: string, value: string>>, image string;"
                            + " expected onevision: conversations list<struct<from: string, value: string>>, and if at all"
                            + " image struct<bytes: binary, path: string>");
        }
    }

    @Test
    void rlaifVPutsTheImageFirstAndKeepsItsOrigin() throws IOException {
        Map<String, Object> rows = read(Schema.RLAIF_V);
        InputRow plain = (InputRow) rows.get("plain");
        assertThat(plain.conversation())
                .isEqualTo(Conversation.pair(
                        List.of(Message.user(1, "What is in the image?")),
                        "A red circle on the left.",
                        "Two dogs in a car."));
        assertThat(plain.images().get(0)).startsWith(0xff, 0xd8);
        assertThat(plain.provenance())
                .isEqualTo(new Provenance(
                        "RLAIF-V",
                        "TextVQA",
                        "{\"model\": \"llava15-7b-base\", \"type\": \"question_answering\"}",
                        "jpeg-420.jpg"));
        InputRow text = (InputRow) rows.get("text-only");
        assertThat(text.images()).isEmpty();
        assertThat(text.conversation().promptImageCount()).isZero();
        assertThat(rows.get("empty-answer")).isEqualTo("empty answer: rejected has no text");
        assertThat(rows.get("no-difference")).isEqualTo("identical answers: chosen and rejected are the same text");
        assertThat(rows.get("no-bytes")).isEqualTo("image without bytes: only its path elsewhere.jpg is in the file");
    }

    @Test
    void formattedRowsKeepTheirTurnsAndImages() throws IOException {
        Map<String, Object> rows = read(Schema.RLAIF_V_FORMATTED);
        assertThat(rows.keySet()).containsExactly("0", "1", "2", "3", "4");
        InputRow two = (InputRow) rows.get("1");
        assertThat(two.images()).hasSize(2);
        assertThat(two.conversation().prompt()).containsExactly(Message.user(2, "Which of the two is larger?"));
        InputRow turns = (InputRow) rows.get("2");
        assertThat(turns.conversation().prompt())
                .extracting(Message::role)
                .containsExactly("user", "assistant", "user");
        assertThat(rows.get("4")).isEqualTo("images and their places differ: 2 images, 1 places in the text");
    }

    @Test
    void oneVisionMarkersBecomePlacesWithoutTheirLineBreaks() throws IOException {
        Map<String, Object> rows = read(Schema.ONEVISION);
        assertThat(conversation(rows, "plain").prompt()).containsExactly(Message.user(1, "What is in the image?"));
        assertThat(conversation(rows, "lengths").prompt().get(0).content())
                .containsExactly(new ContentPart.Text("Describe this image in detail."), new ContentPart.Image());
        assertThat(((InputRow) rows.get("text-only")).images()).isEmpty();
        Conversation several = conversation(rows, "several-turns");
        assertThat(several.prompt()).containsExactly(Message.user(1, "What is it?"));
        assertThat(several.chosen())
                .containsExactly(
                        Message.assistant("A car."),
                        Message.user(0, "And its colour?"),
                        Message.assistant("It is red."));
        assertThat(several.isPair()).isFalse();
        assertThat(rows.get("marker-without-image"))
                .isEqualTo("images and their places differ: 0 images, 1 places in the text");
        assertThat(rows.get("image-without-marker"))
                .isEqualTo("images and their places differ: 1 images, 0 places in the text");
        assertThat(rows.get("two-markers")).isEqualTo("images and their places differ: 1 images, 2 places in the text");
        assertThat((String) rows.get("marker-later")).startsWith("image after the first answer:");
        assertThat(rows.get("no-answer")).isEqualTo("no answer: the conversation has no assistant turn");
        assertThat(rows.get("question-last")).isEqualTo("no answer: the conversation ends with role 'user'");
    }

    @Test
    void vsftTextLosesTheLineBreakBesideTheImage() throws IOException {
        Map<String, Object> rows = read(Schema.VSFT);
        assertThat(conversation(rows, "0").prompt().get(0).content())
                .containsExactly(new ContentPart.Text("What is in the image?"), new ContentPart.Image());
        assertThat(conversation(rows, "1").prompt()).containsExactly(Message.user(1, "What is in the image?"));
        assertThat(((InputRow) rows.get("2")).images()).hasSize(2);
        assertThat(conversation(rows, "3").chosen()).hasSize(3);
        assertThat((String) rows.get("4")).startsWith("images and their places differ: 1 images, 0 places");
    }

    @Test
    void unpairedAnswersAreDesirableOrNot() throws IOException {
        Map<String, Object> rows = read(Schema.UNPAIRED);
        assertThat(conversation(rows, "0").prompt()).containsExactly(Message.user(1, "What is in the image?"));
        assertThat(conversation(rows, "0").chosen()).hasSize(1);
        assertThat(conversation(rows, "0").rejected()).isEmpty();
        assertThat(conversation(rows, "1").chosen()).isEmpty();
        assertThat(conversation(rows, "1").rejected()).hasSize(1);
        assertThat(((InputRow) rows.get("1")).images()).hasSize(2);
        // An answer before the last question is none that is learnt.
        assertThat(conversation(rows, "2").prompt())
                .extracting(Message::role)
                .containsExactly("user", "assistant", "user");
        assertThat(conversation(rows, "2").chosen()).hasSize(1);
        assertThat(rows.get("3")).isEqualTo("missing value: label is null");
        assertThat(rows.get("4")).isEqualTo("no answer: completion begins with role 'user'");
    }

    @Test
    void imagesStandBeforeTheFirstQuestionWhereContentsAreTexts() throws IOException {
        Map<String, Object> texts = read(Schema.UNPAIRED, file("unpaired-texts"));
        Map<String, Object> parts = read(Schema.UNPAIRED);
        assertThat(conversation(texts, "0")).isEqualTo(conversation(parts, "0"));
        assertThat(conversation(texts, "1").prompt())
                .isEqualTo(conversation(parts, "2").prompt());
        assertThat(conversation(texts, "1").chosen()).isEmpty();
        assertThat(((InputRow) texts.get("2")).images()).isEmpty();
    }

    @Test
    void imagesThatAreNoneAreNamed() {
        MessageType columns = MessageTypeParser.parseMessageType("message m { required boolean label;"
                + " optional group prompt (LIST) { repeated group list { optional group element {"
                + " optional binary content (STRING); optional binary role (STRING); } } }"
                + " optional group completion (LIST) { repeated group list { optional group element {"
                + " optional binary content (STRING); optional binary role (STRING); } } }"
                + " optional group images (LIST) { repeated group list { optional binary element (STRING); } } }");
        assertThatThrownBy(() -> InputSchema.of(Schema.UNPAIRED, columns, "x.parquet"))
                .hasMessageContaining("images list<string>")
                .hasMessageContaining(
                        "label bool, prompt list<struct<content: list<struct<text: string, type: string>>,"
                                + " role: string>> or list<struct<content: string, role: string>>, and if at all images"
                                + " list<struct<bytes: binary, path: string>>");
    }

    @Test
    void anyRangeGivesTheSameRowsAsTheWholeFile() throws IOException {
        List<String> all = List.copyOf(read(Schema.RLAIF_V).keySet());
        for (int first = 0; first < all.size(); first++) {
            List<String> range = new ArrayList<>();
            try (ParquetRows rows =
                    ParquetRows.open(storage, file(Schema.RLAIF_V), Schema.RLAIF_V, first, Math.min(5, 12 - first))) {
                while (rows.next()) {
                    range.add(Objects.requireNonNull(rows.rowId()));
                }
            }
            assertThat(range).isEqualTo(all.subList(first, Math.min(12, first + 5)));
        }
    }

    private static Conversation conversation(Map<String, Object> rows, String id) {
        return ((InputRow) rows.get(id)).conversation();
    }

    /** By the row's id, or its number where it has none: the row, or the reason why it is none. */
    private Map<String, Object> read(Schema schema) throws IOException {
        return read(schema, file(schema));
    }

    private Map<String, Object> read(Schema schema, String file) throws IOException {
        Map<String, Object> all = new LinkedHashMap<>();
        long count = ParquetLayout.read(storage, file).groupRows().stream()
                .mapToLong(Long::longValue)
                .sum();
        try (ParquetRows rows = ParquetRows.open(storage, file, schema, 0, count)) {
            while (rows.next()) {
                String id = Objects.requireNonNullElse(rows.rowId(), String.valueOf(all.size()));
                try {
                    all.put(id, rows.row());
                } catch (RejectedRowException e) {
                    all.put(id, Objects.requireNonNull(e.getMessage()));
                }
            }
        }
        return all;
    }

    private static String file(Schema schema) {
        return file(schema.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-'));
    }

    private static String file(String name) {
        try {
            return Path.of(Objects.requireNonNull(
                                    PublishedSchemasTest.class.getResource("/golden/parquet/" + name + ".parquet"))
                            .toURI())
                    .toString();
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
