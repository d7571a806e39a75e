// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.shards;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.vireo.data.ContentPart;
import dev.vireo.data.Message;
import java.util.ArrayList;
import java.util.List;

/** Messages as the JSON that the chat world uses: {@code [{"role": …, "content": [{"type": …, "text": …}]}]}. */
final class MessagesJson {
    private MessagesJson() {}

    static String write(List<Message> messages) {
        JsonArray array = new JsonArray();
        for (Message message : messages) {
            JsonArray content = new JsonArray();
            for (ContentPart part : message.content()) {
                JsonObject piece = new JsonObject();
                piece.addProperty("type", part.type());
                if (part instanceof ContentPart.Text text) {
                    piece.addProperty("text", text.text());
                }
                content.add(piece);
            }
            JsonObject turn = new JsonObject();
            turn.addProperty("role", message.role());
            turn.add("content", content);
            array.add(turn);
        }
        return array.toString();
    }

    static List<Message> read(String json) {
        List<Message> messages = new ArrayList<>();
        for (JsonElement element : JsonParser.parseString(json).getAsJsonArray()) {
            JsonObject turn = element.getAsJsonObject();
            List<ContentPart> content = new ArrayList<>();
            for (JsonElement each : turn.getAsJsonArray("content")) {
                JsonObject piece = each.getAsJsonObject();
                content.add(
                        piece.get("type").getAsString().equals("image")
                                ? new ContentPart.Image()
                                : new ContentPart.Text(piece.get("text").getAsString()));
            }
            messages.add(new Message(turn.get("role").getAsString(), content));
        }
        return messages;
    }
}
