// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.schema;

import dev.vireo.data.ContentPart;
import dev.vireo.data.Message;
import java.util.ArrayList;
import java.util.List;

/** Messages as lists of parts with a type: {@code list<struct<content: list<struct<text, type>>, role>>}. */
final class ChatParts {
    static final ColumnType TYPE = ColumnType.list(ColumnType.struct(
            "content",
            ColumnType.list(ColumnType.struct("text", ColumnType.TEXT, "type", ColumnType.TEXT)),
            "role",
            ColumnType.TEXT));

    private ChatParts() {}

    static List<Message> messages(List<Record> turns) {
        List<Message> messages = new ArrayList<>();
        for (Record turn : turns) {
            List<ContentPart> parts = new ArrayList<>();
            for (Record part : turn.list("content")) {
                parts.add(part(part));
            }
            messages.add(Turns.message(Turns.required(turn, "role"), parts));
        }
        return messages;
    }

    private static ContentPart part(Record part) {
        String type = Turns.required(part, "type");
        return switch (type) {
            case "image" -> new ContentPart.Image();
            case "text" -> new ContentPart.Text(Turns.required(part, "text"));
            default -> throw new RejectedRowException("unknown content: type '" + type + "' (expected text or image)");
        };
    }
}
