// SPDX-License-Identifier: Apache-2.0
package dev.vireo.tokenization;

import dev.vireo.data.Conversation;
import dev.vireo.data.Message;
import dev.vireo.image.ImageProcessor;
import dev.vireo.image.ImageSize;
import dev.vireo.tokenization.TokenizedConversation.Continuation;
import dev.vireo.tokenization.jinja.JinjaTemplate;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Turns conversations into token ids by the rule of TRL's vision collator (trl 1.16, {@code DataCollatorForVisionPreference} and {@code
 * apply_chat_template} in {@code data_utils.py}).
 *
 * <p>The prompt is the template's text with the generation prompt, cut to the common prefix with each whole conversation; a
 * continuation is all that the template writes after it. Prompt and continuation are tokenized apart, without special tokens that the template does
 * not write, and every token of a single answer is scored: the end token and what stands after it too.
 *
 * <p>Where a continuation has several turns, the same rule holds at each of its assistant turns. An assistant turn begins where the text of
 * all messages before it, with the generation prompt, parts from the whole text, and ends where the text of all messages up to it ends: what the
 * template writes before the next turn belongs to it. Each such piece and each piece between them is tokenized apart, so that an answer has
 * the same ids in whichever turn it stands; the pieces between are not scored.
 *
 * <p>Threads may share one. Bad rows are an {@link IllegalArgumentException} that says what is wrong with them.
 */
public final class PairTokenizer implements AutoCloseable {
    private final TextTokenizer tokenizer;
    private final ChatRenderer renderer;
    private final String template;
    private final Bos bos;
    private final int imageId;
    private final TurnChecks checks;
    private final @Nullable ImageProcessor pictures;

    /** When a prompt begins with BOS. */
    public enum Bos {
        /** Where the template writes it. */
        TEMPLATE,
        /** Always: it is put before a prompt that does not begin with it, as transformers does when it generates. */
        ALWAYS
    }

    private PairTokenizer(TextTokenizer tokenizer, String template, Bos bos, @Nullable ImageProcessor pictures) {
        this.tokenizer = tokenizer;
        this.pictures = pictures;
        this.template = template;
        this.bos = bos;
        SpecialTokens special = tokenizer.special();
        this.renderer = new ChatRenderer(JinjaTemplate.parse(template), special.byName());
        OptionalInt image = special.imageId();
        this.imageId = image.orElse(-1);
        this.checks = new TurnChecks(image.isPresent() ? special.text(imageId) : Optional.empty());
        if (bos == Bos.ALWAYS && special.bosId().isEmpty()) {
            throw new IllegalArgumentException(
                    "Invalid prepare.bos: always (expected template: the tokenizer has no BOS token)");
        }
    }

    /**
     * Opens the tokenizer of a model directory. The caller closes it.
     *
     * @param template the text of a chat template, or {@code null} for the model's own
     * @throws IllegalArgumentException if there is no tokenizer or template, or the template holds what cannot be rendered exactly
     */
    public static PairTokenizer open(Path modelDirectory, @Nullable String template, Bos bos) {
        return open(modelDirectory, template, bos, null);
    }

    /**
     * The same of a model whose processor writes more around pictures than the template does.
     *
     * @param pictures that processor
     */
    public static PairTokenizer open(
            Path modelDirectory, @Nullable String template, Bos bos, @Nullable ImageProcessor pictures) {
        String text = template != null ? template : ChatTemplates.of(new ModelFiles(modelDirectory));
        TextTokenizer tokenizer = TextTokenizer.open(modelDirectory);
        try {
            return new PairTokenizer(tokenizer, text, bos, pictures);
        } catch (RuntimeException e) {
            tokenizer.close();
            throw e;
        }
    }

    /** Whether a model directory has a chat template. */
    public static boolean hasTemplate(Path modelDirectory) {
        return ChatTemplates.find(new ModelFiles(modelDirectory)).isPresent();
    }

    /** The ids of a conversation, its pictures as the template writes them. */
    public TokenizedConversation encode(Conversation conversation) {
        return encode(conversation, List.of());
    }

    /**
     * The ids of a conversation.
     *
     * @param sizes of its pictures, on which it depends with some models what stands in their places
     */
    public TokenizedConversation encode(Conversation conversation, List<ImageSize> sizes) {
        checks.requirePrompt(conversation.prompt());
        checks.requireContinuation(conversation.chosen());
        checks.requireContinuation(conversation.rejected());
        List<Message> prompt = conversation.prompt();
        String start = renderer.render(prompt, true);
        String chosen = "";
        String rejected = "";
        if (!conversation.chosen().isEmpty()) {
            chosen = renderer.render(conversation.promptAndChosen(), false);
            start = commonPrefix(start, chosen);
        }
        if (!conversation.rejected().isEmpty()) {
            rejected = renderer.render(conversation.promptAndRejected(), false);
            start = commonPrefix(start, rejected);
        }
        return new TokenizedConversation(
                promptIds(start, prompt, sizes),
                continuation(prompt, conversation.chosen(), start, chosen),
                continuation(prompt, conversation.rejected(), start, rejected));
    }

    /** The ids of a prompt that an answer is to be generated for: the template's text with the generation prompt. */
    public int[] generationPrompt(List<Message> prompt) {
        return generationPrompt(prompt, List.of());
    }

    /**
     * The same with pictures of these sizes.
     *
     * @param sizes of the prompt's pictures
     */
    public int[] generationPrompt(List<Message> prompt, List<ImageSize> sizes) {
        checks.requirePrompt(prompt);
        return promptIds(renderer.render(prompt, true), prompt, sizes);
    }

    /** The tokenizer beneath, closed with this one. */
    public TextTokenizer text() {
        return tokenizer;
    }

    /** The text of the chat template. */
    public String template() {
        return template;
    }

    private int[] promptIds(String text, List<Message> prompt, List<ImageSize> sizes) {
        int[] ids = tokenizer.encode(laidOut(text, sizes));
        int images = prompt.stream().mapToInt(Message::imageCount).sum();
        int expected = sizes.isEmpty() ? images : placeholders(sizes);
        long placeholders = Arrays.stream(ids).filter(id -> id == imageId).count();
        if (placeholders != expected) {
            throw new IllegalArgumentException(
                    "Cannot tokenize prompt: the template wrote %d image placeholders for %d images%s"
                            .formatted(placeholders, images, expected == images ? "" : ", which take " + expected));
        }
        boolean lacksBos = tokenizer.special().bos().filter(text::startsWith).isEmpty();
        return bos == Bos.ALWAYS && lacksBos ? withBos(ids) : ids;
    }

    /** The text as the model's processor completes it; that of answers too, which hold no picture. */
    private String laidOut(String text, List<ImageSize> sizes) {
        return pictures == null ? text : pictures.inPrompt(text, sizes);
    }

    private int placeholders(List<ImageSize> sizes) {
        ImageProcessor processor = pictures;
        return processor == null
                ? sizes.size()
                : sizes.stream()
                        .mapToInt(size -> processor
                                .span(size.height(), size.width(), sizes.size())
                                .placeholders())
                        .sum();
    }

    private int[] withBos(int[] ids) {
        int[] all = new int[ids.length + 1];
        all[0] = tokenizer.bosId().orElseThrow();
        System.arraycopy(ids, 0, all, 1, ids.length);
        return all;
    }

    private Continuation continuation(List<Message> prompt, List<Message> turns, String promptText, String whole) {
        if (turns.isEmpty()) {
            return Continuation.NONE;
        }
        List<int[]> pieces = new ArrayList<>();
        List<Boolean> marks = new ArrayList<>();
        int at = promptText.length();
        for (int i = 0; i < turns.size(); i++) {
            if (!turns.get(i).isAssistant()) {
                continue;
            }
            int start = i == 0 ? at : answerStart(joined(prompt, turns.subList(0, i)), whole);
            int end =
                    i == turns.size() - 1 ? whole.length() : answerEnd(joined(prompt, turns.subList(0, i + 1)), whole);
            if (start < at || end < start) {
                throw unmarked(i);
            }
            addPiece(pieces, marks, whole.substring(at, start), false);
            addPiece(pieces, marks, whole.substring(start, end), true);
            at = end;
        }
        Continuation continuation = Continuation.of(pieces, marks);
        if (!continuation.isScored()) {
            throw new IllegalArgumentException(
                    "Cannot tokenize answer: the template writes nothing for it, so there is no token to score");
        }
        return continuation;
    }

    private void addPiece(List<int[]> pieces, List<Boolean> marks, String text, boolean scored) {
        if (!text.isEmpty()) {
            pieces.add(tokenizer.encode(laidOut(text, List.of())));
            marks.add(scored);
        }
    }

    private int answerStart(List<Message> before, String whole) {
        return commonPrefix(renderer.render(before, true), whole).length();
    }

    private int answerEnd(List<Message> upTo, String whole) {
        String text = renderer.render(upTo, false);
        if (!whole.startsWith(text)) {
            throw unmarked(upTo.size() - 1);
        }
        return text.length();
    }

    private static IllegalArgumentException unmarked(int turn) {
        return new IllegalArgumentException(
                "Cannot mark the answer in turn " + turn
                        + ": the template writes it otherwise when more turns follow (train on one turn a row with this template)");
    }

    private static List<Message> joined(List<Message> prompt, List<Message> turns) {
        List<Message> messages = new ArrayList<>(prompt);
        messages.addAll(turns);
        return messages;
    }

    /** The longest common beginning, by characters: half of a surrogate pair is none. */
    private static String commonPrefix(String a, String b) {
        int end = 0;
        while (end < a.length() && end < b.length() && a.charAt(end) == b.charAt(end)) {
            end++;
        }
        boolean half = end > 0 && Character.isHighSurrogate(a.charAt(end - 1));
        return a.substring(0, half ? end - 1 : end);
    }

    @Override
    public void close() {
        tokenizer.close();
    }
}
