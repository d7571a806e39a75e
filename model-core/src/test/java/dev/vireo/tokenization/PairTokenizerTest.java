// SPDX-License-Identifier: Apache-2.0
package dev.vireo.tokenization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.vireo.data.ContentPart;
import dev.vireo.data.Conversation;
import dev.vireo.data.Message;
import dev.vireo.model.Golden;
import dev.vireo.tokenization.PairTokenizer.Bos;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PairTokenizerTest {
    private static final Message QUESTION = Message.user(1, "What is it?");

    private final List<PairTokenizer> opened = new ArrayList<>();

    private PairTokenizer open(String model, String template, Bos bos) {
        PairTokenizer tokenizer = PairTokenizer.open(Golden.of(model).model(), template, bos);
        opened.add(tokenizer);
        return tokenizer;
    }

    private PairTokenizer open(String model) {
        PairTokenizer tokenizer = PairTokenizer.open(Golden.of(model).model(), null, Bos.TEMPLATE);
        opened.add(tokenizer);
        return tokenizer;
    }

    @AfterEach
    void close() {
        opened.forEach(PairTokenizer::close);
    }

    /** A LLaVA-1.5 answer ends with a blank, a LLaVA-1.6 answer with the end token and a blank. */
    @ParameterizedTest
    @CsvSource({"llava15-tiny,' ','USER: ',' ASSISTANT:'", "llavanext-tiny,'</s> ','[INST] ',' [/INST]'"})
    void everyAnswerOfALongConversationIsScoredAndTokenizedAsIfItStoodAlone(
            String model, String end, String beforeQuestion, String afterQuestion) {
        PairTokenizer tokenizer = open(model);
        TextTokenizer text = tokenizer.text();
        List<Message> turns = List.of(
                Message.assistant("A car."),
                Message.user(0, "Its colour?"),
                Message.assistant("Green."),
                Message.user(0, "Sure?"),
                Message.assistant("Yes."));
        TokenizedConversation tokens = tokenizer.encode(Conversation.demonstration(List.of(QUESTION), turns));

        List<int[]> pieces = List.of(
                text.encode(" A car." + end),
                text.encode(beforeQuestion + "Its colour?" + afterQuestion),
                text.encode(" Green." + end),
                text.encode(beforeQuestion + "Sure?" + afterQuestion),
                text.encode(" Yes." + end));
        assertThat(tokens.chosenIds())
                .isEqualTo(pieces.stream().flatMapToInt(Arrays::stream).toArray());
        int at = 0;
        for (int i = 0; i < pieces.size(); i++) {
            boolean answer = i % 2 == 0;
            for (int j = 0; j < pieces.get(i).length; j++) {
                assertThat(tokens.chosenScored()[at++]).isEqualTo(answer);
            }
        }
        assertThat(tokens.rejectedIds()).isEmpty();
        Conversation alone = Conversation.demonstration(List.of(QUESTION), List.of(Message.assistant("A car.")));
        assertThat(tokens.promptIds()).isEqualTo(tokenizer.encode(alone).promptIds());
        assertThat(tokenizer.encode(alone).chosenIds()).isEqualTo(pieces.get(0));
    }

    @Test
    void promptIsCutWhereAnAnswerBeginsOtherwise() {
        String template =
                "{% for m in messages %}{{ m.role }}:{{ m.content[-1].text }}{{ '\\n' if m.role == 'user' }}{% endfor %}"
                        + "{% if add_generation_prompt %}assistant: {% endif %}";
        PairTokenizer tokenizer = open("llava15-tiny", template, Bos.TEMPLATE);
        Conversation pair = Conversation.pair(List.of(Message.user(0, "q")), "yes", " no");
        assertThat(tokenizer.encode(pair).promptIds())
                .isEqualTo(tokenizer.text().encode("user:q\nassistant:"));
        assertThat(tokenizer.encode(pair).chosenIds())
                .isEqualTo(tokenizer.text().encode("yes"));
        assertThat(tokenizer.encode(pair).rejectedIds())
                .isEqualTo(tokenizer.text().encode(" no"));
    }

    @Test
    void halfACharacterIsNoCommonBeginning() {
        PairTokenizer tokenizer = open("llava15-tiny", "{{ messages[-1].content[0].text }}", Bos.TEMPLATE);
        // U+1F600 and U+1F601 share their first UTF-16 unit.
        Conversation pair = Conversation.pair(List.of(Message.user(0, "\uD83D\uDE00")), "\uD83D\uDE00", "\uD83D\uDE01");
        TokenizedConversation tokens = tokenizer.encode(pair);
        assertThat(tokens.promptIds()).isEmpty();
        assertThat(tokenizer.text().decode(tokens.rejectedIds())).isEqualTo("\uD83D\uDE01");
    }

    @Test
    void bosIsNotAddedTwice() {
        String template = "{{ bos_token }}{{ messages[0].content[0].text }}";
        PairTokenizer always = open("llava15-tiny", template, Bos.ALWAYS);
        assertThat(always.generationPrompt(List.of(Message.user(0, "q"))))
                .startsWith(1)
                .doesNotHaveDuplicates();
    }

    @Test
    void answersThatChangeWhenMoreTurnsFollowAreRefused() {
        String template = "{% for m in messages %}{{ m.content[-1].text }}{{ '</s>' if loop.last }}{% endfor %}";
        PairTokenizer tokenizer = open("llava15-tiny", template, Bos.TEMPLATE);
        Conversation turns = Conversation.demonstration(
                List.of(Message.user(0, "q")),
                List.of(Message.assistant("a"), Message.user(0, "r"), Message.assistant("b")));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> tokenizer.encode(turns))
                .withMessageContaining("turn 1")
                .withMessageContaining("otherwise when more turns follow");
    }

    @ParameterizedTest
    @ValueSource(strings = {"llava15-tiny", "llavanext-window"})
    void textThatReadsAsAnImageIsRefused(String model) {
        PairTokenizer tokenizer = open(model);
        List<Message> trap = List.of(Message.user(1, "What does <image> mean?"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> tokenizer.encode(Conversation.pair(trap, "a", "b")))
                .withMessage("Cannot tokenize the user's turn: its text holds the image placeholder '<image>'");
        assertThatIllegalArgumentException().isThrownBy(() -> tokenizer.generationPrompt(trap));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> tokenizer.encode(Conversation.pair(List.of(QUESTION), "a", "an <image>")))
                .withMessageContaining("assistant's turn");
    }

    @Test
    void templatesThatForgetAnImageAreRefused() {
        PairTokenizer tokenizer = open("llava15-tiny", "{{ messages[0].content[-1].text }}", Bos.TEMPLATE);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> tokenizer.generationPrompt(List.of(QUESTION)))
                .withMessage("Cannot tokenize prompt: the template wrote 0 image placeholders for 1 images");
    }

    @Test
    void conversationsThatDoNotFitAreRefused() {
        PairTokenizer tokenizer = open("llava15-tiny");
        Message answer = Message.assistant("a");
        Message picture = new Message(Message.ASSISTANT, List.of(new ContentPart.Image()));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> tokenizer.generationPrompt(List.of(QUESTION, answer)))
                .withMessageContaining("last turn is the assistant's");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> tokenizer.encode(
                        Conversation.demonstration(List.of(QUESTION), List.of(answer, Message.user(0, "q")))))
                .withMessageContaining("last turn has role 'user'");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> tokenizer.encode(Conversation.demonstration(List.of(QUESTION), List.of(picture))))
                .withMessageContaining("holds an image");
    }

    @Test
    void answersWithoutATokenAreRefused() {
        PairTokenizer tokenizer =
                open("llava15-tiny", "{% for m in messages %}{{ m.content[0].text }}{% endfor %}", Bos.TEMPLATE);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> tokenizer.encode(Conversation.pair(List.of(Message.user(0, "q")), "a", "")))
                .withMessageContaining("no token to score");
    }

    @Test
    void templateErrorsNameTheLine() {
        PairTokenizer next = open("llavanext-tiny");
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> next.generationPrompt(List.of(new Message("critic", List.of(new ContentPart.Text("x"))))))
                .withMessage("Cannot render the chat template: line 6: Unknown role: critic");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> open("llavanext-tiny", "a\n{{ messages | pprint }}", Bos.TEMPLATE))
                .withMessage("Cannot render the chat template: line 2: filter 'pprint' is not supported");
    }

    @Test
    void oddAnswersKeepTheirText() {
        PairTokenizer tokenizer = open("llava15-tiny");
        String huge = "A very long answer, ".repeat(20_000);
        for (String answer : List.of("", " ", "\n\n", "e\u0301\u200b\uD83D\uDC69\u200D\uD83D\uDE80", "\u0000", huge)) {
            TokenizedConversation tokens = tokenizer.encode(Conversation.pair(List.of(QUESTION), answer, "b"));
            assertThat(tokenizer.text().decode(tokens.chosenIds())).isEqualTo(" " + answer + " ");
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> tokenizer.encode(Conversation.pair(List.of(QUESTION), "a\uD83D", "b")))
                .withMessageContaining("half of a surrogate pair");
    }

    @Test
    void threadsMayShareATokenizer() {
        PairTokenizer tokenizer = open("llavanext-tiny");
        Conversation pair = Conversation.pair(List.of(QUESTION), "A red car.", "Two dogs.");
        int[] expected = tokenizer.encode(pair).chosenIds();
        assertThat(IntStream.range(0, 200)
                        .parallel()
                        .mapToObj(i -> tokenizer.encode(pair).chosenIds()))
                .allSatisfy(ids -> assertThat(ids).isEqualTo(expected));
    }
}
