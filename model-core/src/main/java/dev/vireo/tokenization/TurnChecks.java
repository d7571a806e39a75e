// SPDX-License-Identifier: Apache-2.0
package dev.vireo.tokenization;

import dev.vireo.data.ContentPart;
import dev.vireo.data.Message;
import java.util.List;
import java.util.Optional;

/** What must be true of turns before they are tokenized. */
final class TurnChecks {
    private final Optional<String> imageText;

    /** @param imageText the token that stands for an image, if the tokenizer has one */
    TurnChecks(Optional<String> imageText) {
        this.imageText = imageText;
    }

    void requirePrompt(List<Message> prompt) {
        if (prompt.get(prompt.size() - 1).isAssistant()) {
            throw new IllegalArgumentException(
                    "Cannot tokenize prompt: its last turn is the assistant's (expected a question)");
        }
        requireNoPlaceholders(prompt);
    }

    void requireContinuation(List<Message> turns) {
        for (Message turn : turns) {
            if (turn.imageCount() > 0) {
                throw new IllegalArgumentException("Cannot tokenize answer: a turn after the prompt holds an image");
            }
        }
        if (!turns.isEmpty() && !turns.get(turns.size() - 1).isAssistant()) {
            throw new IllegalArgumentException("Cannot tokenize answer: its last turn has role '%s' (expected '%s')"
                    .formatted(turns.get(turns.size() - 1).role(), Message.ASSISTANT));
        }
        requireNoPlaceholders(turns);
    }

    /** Text that reads as an image placeholder would be taken for an image. */
    private void requireNoPlaceholders(List<Message> messages) {
        for (Message message : messages) {
            for (ContentPart part : message.content()) {
                boolean reads = part instanceof ContentPart.Text text
                        && imageText.filter(text.text()::contains).isPresent();
                if (reads) {
                    throw new IllegalArgumentException(
                            "Cannot tokenize the %s's turn: its text holds the image placeholder '%s'"
                                    .formatted(message.role(), imageText.orElseThrow()));
                }
            }
        }
    }
}
