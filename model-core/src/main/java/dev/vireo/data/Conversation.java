// SPDX-License-Identifier: Apache-2.0
package dev.vireo.data;

import java.util.ArrayList;
import java.util.List;

/**
 * A prompt and what may follow it. A preference pair has two continuations; a demonstration has {@code chosen} alone, a
 * warning {@code rejected} alone.
 * Only assistant turns of a continuation are learnt from, so {@code chosen} may hold several turns, assistant and user
 * in turn.
 *
 * @param prompt the turns that both continuations follow, at least one
 * @param chosen the preferred continuation, which begins with an assistant turn; empty for a warning
 * @param rejected the other continuation, which begins with an assistant turn; empty for a demonstration
 */
public record Conversation(List<Message> prompt, List<Message> chosen, List<Message> rejected) {

    public Conversation {
        prompt = List.copyOf(prompt);
        chosen = List.copyOf(chosen);
        rejected = List.copyOf(rejected);
        if (prompt.isEmpty()) {
            throw new IllegalArgumentException("Invalid conversation: the prompt has no message");
        }
        if (chosen.isEmpty() && rejected.isEmpty()) {
            throw new IllegalArgumentException("Invalid conversation: no continuation has a message");
        }
        if (!chosen.isEmpty()) {
            requireAnswer("chosen", chosen);
        }
        if (!rejected.isEmpty()) {
            requireAnswer("rejected", rejected);
        }
    }

    /** A demonstration: a prompt and one continuation. */
    public static Conversation demonstration(List<Message> prompt, List<Message> answer) {
        return new Conversation(prompt, answer, List.of());
    }

    /** A warning: a prompt and one continuation that is not wanted. */
    public static Conversation warning(List<Message> prompt, List<Message> answer) {
        return new Conversation(prompt, List.of(), answer);
    }

    /** A preference pair of two single answers. */
    public static Conversation pair(List<Message> prompt, String chosen, String rejected) {
        return new Conversation(prompt, List.of(Message.assistant(chosen)), List.of(Message.assistant(rejected)));
    }

    /** Whether there are two continuations to compare. */
    public boolean isPair() {
        return !chosen.isEmpty() && !rejected.isEmpty();
    }

    /** The prompt followed by the chosen continuation. */
    public List<Message> promptAndChosen() {
        return joined(chosen);
    }

    /** The prompt followed by the rejected continuation. */
    public List<Message> promptAndRejected() {
        return joined(rejected);
    }

    /** The number of images in the prompt. */
    public int promptImageCount() {
        return prompt.stream().mapToInt(Message::imageCount).sum();
    }

    private List<Message> joined(List<Message> continuation) {
        List<Message> messages = new ArrayList<>(prompt);
        messages.addAll(continuation);
        return List.copyOf(messages);
    }

    private static void requireAnswer(String name, List<Message> continuation) {
        if (!continuation.get(0).isAssistant()) {
            throw new IllegalArgumentException(
                    "Invalid conversation: the %s continuation begins with role '%s' (expected '%s')"
                            .formatted(name, continuation.get(0).role(), Message.ASSISTANT));
        }
    }
}
