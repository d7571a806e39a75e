// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.schema;

import dev.vireo.data.ContentPart;
import dev.vireo.data.Message;
import java.util.ArrayList;
import java.util.List;

/**
 * Messages as lists of parts with a type, {@code list<struct<content: list<struct<text, type>>, role>>}, or as texts, {@code
 * list<struct<content, role>>}.
 */
final class ChatParts {
    static final ColumnType TYPE = ColumnType.list(ColumnType.struct(
            "content",
            ColumnType.list(ColumnType.struct("text", ColumnType.TEXT, "type", ColumnType.TEXT)),
            "role",
            ColumnType.TEXT));

    /** The same with texts for contents. */
    static final ColumnType PLAIN =
            ColumnType.list(ColumnType.struct("content", ColumnType.TEXT, "role", ColumnType.TEXT));

    private ChatParts() {}

    /** The messages of a column, of which there must be one. */
    static List<Message> turns(Record values, String column) {
        return turns(values, column, 0);
    }

    /** @param images put before the first user's text, where contents are texts */
    static List<Message> turns(Record values, String column, int images) {
        List<Message> messages = new ArrayList<>();
        int left = images;
        for (Record turn : values.list(column)) {
            String text = turn.text("content");
            if (text == null) {
                messages.addAll(messages(List.of(turn)));
                continue;
            }
            String role = Turns.required(turn, "role");
            List<ContentPart> parts = new ArrayList<>();
            for (; left > 0 && role.equals("user"); left--) {
                parts.add(new ContentPart.Image());
            }
            parts.add(new ContentPart.Text(text));
            messages.add(Turns.message(role, parts));
        }
        if (messages.isEmpty()) {
            throw new RejectedRowException("missing value: " + column + " has no message");
        }
        return messages;
    }

    /** The messages of a column that begins with an answer. */
    static List<Message> answer(Record values, String column) {
        List<Message> messages = turns(values, column);
        if (!messages.get(0).isAssistant()) {
            throw new RejectedRowException("no answer: " + column + " begins with role '"
                    + messages.get(0).role() + "'");
        }
        return messages;
    }

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
