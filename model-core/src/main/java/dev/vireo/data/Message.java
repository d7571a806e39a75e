// SPDX-License-Identifier: Apache-2.0
package dev.vireo.data;

import java.util.ArrayList;
import java.util.List;

/**
 * One turn of a conversation.
 *
 * @param role who speaks: {@code system}, {@code user}, {@code assistant}, or another role that the template knows
 * @param content the turn's text and images in order
 */
public record Message(String role, List<ContentPart> content) {

    /** The role whose turns are answers. */
    public static final String ASSISTANT = "assistant";

    public Message {
        if (role.isBlank()) {
            throw new IllegalArgumentException("Invalid message role: blank");
        }
        content = List.copyOf(content);
    }

    /** A user turn: {@code images} images, then the text. */
    public static Message user(int images, String text) {
        List<ContentPart> parts = new ArrayList<>();
        for (int i = 0; i < images; i++) {
            parts.add(new ContentPart.Image());
        }
        parts.add(new ContentPart.Text(text));
        return new Message("user", parts);
    }

    /** An assistant turn of text alone. */
    public static Message assistant(String text) {
        return new Message(ASSISTANT, List.of(new ContentPart.Text(text)));
    }

    /** A system turn of text alone. */
    public static Message system(String text) {
        return new Message("system", List.of(new ContentPart.Text(text)));
    }

    /** Whether this turn is an answer. */
    public boolean isAssistant() {
        return role.equals(ASSISTANT);
    }

    /** The number of images in this turn. */
    public int imageCount() {
        return (int)
                content.stream().filter(ContentPart.Image.class::isInstance).count();
    }

    /** The turn's text parts, joined without a separator. */
    public String text() {
        StringBuilder text = new StringBuilder();
        for (ContentPart part : content) {
            if (part instanceof ContentPart.Text piece) {
                text.append(piece.text());
            }
        }
        return text.toString();
    }
}
