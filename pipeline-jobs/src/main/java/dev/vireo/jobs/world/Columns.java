// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.world;

import com.google.gson.JsonObject;
import java.util.List;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;

/**
 * The published column layouts as Parquet, as the Hugging Face {@code datasets} library writes them: every column may be
 * null, text is UTF-8, an image is a group of its bytes and a name.
 */
enum Columns {
    /** openbmb/RLAIF-V-Dataset. */
    RLAIF_V("""
            message schema {
              optional binary ds_name (STRING);
              optional group image { optional binary bytes; optional binary path (STRING); }
              optional binary question (STRING);
              optional binary chosen (STRING);
              optional binary rejected (STRING);
              optional binary origin_dataset (STRING);
              optional binary origin_split (STRING);
              optional binary idx (STRING);
              optional binary image_path (STRING);
            }"""),
    /** lmms-lab/LLaVA-OneVision-Data. */
    ONEVISION("""
            message schema {
              optional binary id (STRING);
              optional group image { optional binary bytes; optional binary path (STRING); }
              optional group conversations (LIST) {
                repeated group list {
                  optional group element { optional binary from (STRING); optional binary value (STRING); }
                }
              }
              optional binary data_source (STRING);
            }""");

    private static final String SOURCE = "vireo-world";
    private static final String PLACEHOLDER = "<image>\n";

    private final MessageType type;

    Columns(String schema) {
        this.type = MessageTypeParser.parseMessageType(schema);
    }

    MessageType type() {
        return type;
    }

    /** What {@code datasets} reads from the file's metadata to know an image from a plain group. */
    String features() {
        JsonObject features = new JsonObject();
        for (String column : columnNames()) {
            features.add(column, feature(column));
        }
        JsonObject info = new JsonObject();
        info.add("features", features);
        JsonObject root = new JsonObject();
        root.add("info", info);
        return root.toString();
    }

    private List<String> columnNames() {
        return type.getFields().stream().map(field -> field.getName()).toList();
    }

    private static JsonObject feature(String column) {
        JsonObject feature = new JsonObject();
        switch (column) {
            case "image" -> feature.addProperty("_type", "Image");
            case "conversations" -> {
                JsonObject turn = new JsonObject();
                turn.add("from", feature("from"));
                turn.add("value", feature("value"));
                feature.add("feature", turn);
                feature.addProperty("_type", "List");
            }
            default -> {
                feature.addProperty("dtype", "string");
                feature.addProperty("_type", "Value");
            }
        }
        return feature;
    }

    /** A row of {@link #RLAIF_V}. */
    static Group row(PairRow pair) {
        Group row = new SimpleGroup(RLAIF_V.type);
        row.append("ds_name", SOURCE);
        image(row, pair.image(), pair.imagePath());
        JsonObject origin = new JsonObject();
        origin.addProperty("model", SOURCE);
        origin.addProperty("type", pair.kind());
        return row.append("question", pair.question())
                .append("chosen", pair.chosen())
                .append("rejected", pair.rejected())
                .append("origin_dataset", SOURCE)
                .append("origin_split", origin.toString())
                .append("idx", pair.id())
                .append("image_path", pair.imagePath());
    }

    /** A row of {@link #ONEVISION}. */
    static Group row(ConversationRow conversation) {
        Group row = new SimpleGroup(ONEVISION.type);
        row.append("id", conversation.id());
        image(row, conversation.image(), conversation.imagePath());
        Group turns = row.addGroup("conversations");
        boolean first = true;
        for (ConversationRow.Turn turn : conversation.turns()) {
            say(turns, "human", (first ? PLACEHOLDER : "") + turn.question());
            say(turns, "gpt", turn.answer());
            first = false;
        }
        return row.append("data_source", SOURCE);
    }

    private static void image(Group row, byte[] bytes, String path) {
        row.addGroup("image")
                .append("bytes", Binary.fromConstantByteArray(bytes))
                .append("path", path);
    }

    private static void say(Group turns, String from, String value) {
        turns.addGroup("list").addGroup("element").append("from", from).append("value", value);
    }
}
