// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.schema;

import dev.vireo.data.ContentPart;
import dev.vireo.data.Conversation;
import dev.vireo.data.Message;
import dev.vireo.jobs.shards.RowText.Provenance;
import java.util.ArrayList;
import java.util.List;

/** Makes messages of text with image places, and demonstrations of conversations. */
final class Turns {
    /** Whether the answers are desirable, in layouts that have one answer a row. */
    static final String LABEL = "label";

    private static final String MARKER = "<image>";

    private Turns() {}

    /** A message of text in which {@code <image>} stands for an image. */
    static Message marked(String role, String text) {
        List<ContentPart> parts = new ArrayList<>();
        String[] pieces = text.split(MARKER, -1);
        for (int i = 0; i < pieces.length; i++) {
            if (i > 0) {
                parts.add(new ContentPart.Image());
            }
            parts.add(new ContentPart.Text(pieces[i]));
        }
        return message(role, parts);
    }

    /**
     * A message without the line breaks that the data sets write between an image and the text beside it: the template
     * writes its own. Text that is empty then is left out, unless it is all.
     */
    static Message message(String role, List<ContentPart> parts) {
        List<ContentPart> kept = new ArrayList<>();
        for (int i = 0; i < parts.size(); i++) {
            if (parts.get(i) instanceof ContentPart.Text piece) {
                String text = piece.text();
                text = isImage(parts, i - 1) ? text.replaceAll("^[\\r\\n]+", "") : text;
                text = isImage(parts, i + 1) ? text.replaceAll("[\\r\\n]+$", "") : text;
                if (!text.isEmpty() || parts.size() == 1) {
                    kept.add(new ContentPart.Text(text));
                }
            } else {
                kept.add(parts.get(i));
            }
        }
        return new Message(role, kept);
    }

    private static boolean isImage(List<ContentPart> parts, int place) {
        return place >= 0 && place < parts.size() && parts.get(place) instanceof ContentPart.Image;
    }

    /** A demonstration, or an answer to be shunned where its column {@link #LABEL} says false. */
    static Conversation labelled(Conversation conversation, Record values) {
        String label = values.text(LABEL);
        if (label == null || label.equals("true") || label.equals("1")) {
            return conversation;
        }
        if (label.equals("false") || label.equals("0")) {
            return Conversation.warning(conversation.prompt(), conversation.chosen());
        }
        throw new RejectedRowException("unknown label: '" + label + "' (expected true or false)");
    }

    /** A conversation whose assistant turns are to be learnt: the prompt is what stands before the first of them. */
    static Conversation demonstration(List<Message> messages) {
        int first = 0;
        while (first < messages.size() && !messages.get(first).isAssistant()) {
            first++;
        }
        if (first == messages.size()) {
            throw new RejectedRowException("no answer: the conversation has no assistant turn");
        }
        if (first == 0) {
            throw new RejectedRowException("no question: the conversation begins with the assistant");
        }
        if (!messages.get(messages.size() - 1).isAssistant()) {
            throw new RejectedRowException("no answer: the conversation ends with role '"
                    + messages.get(messages.size() - 1).role() + "'");
        }
        return Conversation.demonstration(messages.subList(0, first), messages.subList(first, messages.size()));
    }

    /** Rejects what no model can be asked: images and their places that differ, answers with images, empty answers. */
    static InputRow row(Conversation conversation, List<byte[]> images, Provenance provenance) {
        int places = conversation.promptImageCount();
        int later = imageCount(conversation.chosen()) + imageCount(conversation.rejected());
        if (places + later != images.size()) {
            throw new RejectedRowException("images and their places differ: " + images.size() + " images, "
                    + (places + later) + " places in the text");
        }
        if (later > 0) {
            throw new RejectedRowException("image after the first answer: images must stand in the first question");
        }
        requireText("chosen", conversation.chosen());
        requireText("rejected", conversation.rejected());
        if (conversation.chosen().equals(conversation.rejected())) {
            throw new RejectedRowException("identical answers: chosen and rejected are the same text");
        }
        return new InputRow(conversation, images, provenance);
    }

    private static int imageCount(List<Message> messages) {
        return messages.stream().mapToInt(Message::imageCount).sum();
    }

    private static void requireText(String name, List<Message> continuation) {
        for (Message message : continuation) {
            if (message.isAssistant() && message.text().isBlank()) {
                throw new RejectedRowException("empty answer: " + name + " has no text");
            }
        }
    }

    /** A column's text, which must be there. */
    static String required(Record values, String column) {
        String text = values.text(column);
        if (text == null) {
            throw new RejectedRowException("missing value: " + column + " is null");
        }
        return text;
    }
}
