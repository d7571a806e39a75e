// SPDX-License-Identifier: Apache-2.0
package dev.vireo.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConversationTest {

    private static final List<Message> PROMPT = List.of(Message.system("Be brief."), Message.user(2, "What differs?"));

    @Test
    void countsTheImagesOfThePrompt() {
        Conversation pair = Conversation.pair(PROMPT, "The colour.", "Nothing.");
        assertThat(pair.promptImageCount()).isEqualTo(2);
        assertThat(pair.isPair()).isTrue();
    }

    @Test
    void continuesThePromptWithEitherAnswer() {
        Conversation pair = Conversation.pair(PROMPT, "The colour.", "Nothing.");
        assertThat(pair.promptAndChosen()).hasSize(3).last().isEqualTo(Message.assistant("The colour."));
        assertThat(pair.promptAndRejected()).hasSize(3).last().isEqualTo(Message.assistant("Nothing."));
    }

    @Test
    void keepsItsOwnCopyOfTheTurns() {
        List<Message> prompt = new ArrayList<>(PROMPT);
        Conversation demonstration = Conversation.demonstration(prompt, List.of(Message.assistant("The colour.")));
        prompt.clear();
        assertThat(demonstration.prompt()).hasSize(2);
        assertThat(demonstration.isPair()).isFalse();
    }

    @Test
    void refusesAContinuationThatDoesNotBeginWithAnAnswer() {
        assertThatThrownBy(() -> Conversation.demonstration(PROMPT, List.of(Message.user(0, "And?"))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("chosen continuation begins with role 'user'");
    }

    @Test
    void aWarningHasARejectedContinuationAlone() {
        Conversation warning = Conversation.warning(PROMPT, List.of(Message.assistant("Nothing.")));
        assertThat(warning.isPair()).isFalse();
        assertThat(warning.chosen()).isEmpty();
        assertThat(warning.rejected()).hasSize(1);
        assertThatThrownBy(() -> new Conversation(PROMPT, List.of(), List.of()))
                .hasMessage("Invalid conversation: no continuation has a message");
    }

    @Test
    void refusesAnEmptyPrompt() {
        assertThatThrownBy(() -> Conversation.pair(List.of(), "a", "b")).hasMessageContaining("prompt has no message");
    }

    @Test
    void joinsTheTextOfAMessage() {
        assertThat(PROMPT.get(1).text()).isEqualTo("What differs?");
    }
}
