// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.generate;

import dev.vireo.batch.Answer;
import dev.vireo.batch.Sample;
import dev.vireo.data.Conversation;
import dev.vireo.data.Message;
import dev.vireo.generation.PairScore;
import dev.vireo.generation.SequenceScores;
import dev.vireo.image.ProcessedImage;
import dev.vireo.jobs.config.JudgeSettings;
import dev.vireo.tokenization.PairTokenizer;
import dev.vireo.tokenization.TokenizedConversation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Lets a model compare answers to one question about an image. It is asked with both answers in view; its preference is the
 * probability of the reply that names one of them against that of the other, softmax over the two replies' log-probabilities.
 * Each two answers are shown in both orders, since models prefer a place as well as an answer.
 */
final class Judge {
    private static final Pattern PLACES = Pattern.compile("\\{(question|first|second)}");

    private final SequenceScores scores;
    private final PairTokenizer tokenizer;
    private final JudgeSettings settings;

    Judge(SequenceScores scores, PairTokenizer tokenizer, JudgeSettings settings) {
        this.scores = scores;
        this.tokenizer = tokenizer;
        this.settings = settings;
    }

    /**
     * The verdicts on all pairs of answers.
     *
     * @param row the question's images, and whether its prompt begins with BOS
     * @throws IllegalArgumentException if an answer cannot be shown in the chat template
     */
    List<Verdict> compare(Sample row, String question, List<Answered> answers) {
        List<Verdict> verdicts = new ArrayList<>();
        for (int i = 0; i < answers.size(); i++) {
            for (int j = i + 1; j < answers.size(); j++) {
                verdicts.add(compare(row, question, answers.get(i), answers.get(j)));
            }
        }
        return verdicts;
    }

    private Verdict compare(Sample row, String question, Answered first, Answered second) {
        List<PairScore> both = scores.of(List.of(
                asked(row, question, first.content(), second.content()),
                asked(row, question, second.content(), first.content())));
        return new Verdict(first.sample(), second.sample(), firstReply(both.get(0)), 1 - firstReply(both.get(1)));
    }

    /** Probability of the reply "first" against "second". */
    private static double firstReply(PairScore score) {
        return 1 / (1 + Math.exp(score.rejectedLogps() - score.chosenLogps()));
    }

    private Sample asked(Sample row, String question, String first, String second) {
        String text = filled(settings.prompt(), Map.of("question", question, "first", first, "second", second));
        List<Message> prompt = List.of(Message.user(row.images().size(), text));
        TokenizedConversation ids = tokenizer.encode(
                Conversation.pair(prompt, settings.first(), settings.second()),
                row.images().stream().map(ProcessedImage::imageSize).toList());
        return row.withPrompt(
                beginningAs(row.promptIds(), ids.promptIds()),
                Answer.of(ids.chosenIds(), ids.chosenScored()),
                Answer.of(ids.rejectedIds(), ids.rejectedScored()));
    }

    /** All places are filled at once, so that an answer may contain what looks like one. */
    static String filled(String text, Map<String, String> values) {
        return PLACES.matcher(text)
                .replaceAll(place -> Matcher.quoteReplacement(values.getOrDefault(place.group(1), "")));
    }

    /** With BOS in front where the row's own prompt has it and the template did not write it. */
    private int[] beginningAs(int[] rowPrompt, int[] ids) {
        OptionalInt bos = tokenizer.text().bosId();
        if (bos.isEmpty() || rowPrompt[0] != bos.getAsInt() || ids[0] == bos.getAsInt()) {
            return ids;
        }
        int[] all = new int[ids.length + 1];
        all[0] = bos.getAsInt();
        System.arraycopy(ids, 0, all, 1, ids.length);
        return all;
    }
}
