// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.world;

import dev.vireo.jobs.config.WorldSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Conversations about the pictures of a split: a description, which would give every other answer away, or many questions to
 * one picture.
 *
 * <p>Some questions are answered wrongly, as in data that a model wrote: what is not there is said to be there. A
 * comparison of two answers always names the right one.
 */
final class Conversations {
    private static final int YES_NO_ROUNDS = 2;
    private static final int DESCRIBED_EVERY = 6;

    private final WorldSettings settings;
    private final Scenes scenes;

    Conversations(WorldSettings settings) {
        this.settings = settings;
        this.scenes = new Scenes(settings.split(), settings.seed());
    }

    /** The conversation about picture {@code number}. */
    ConversationRow row(long number) {
        SplittableRandom random = scenes.random(number);
        Scene scene = scenes.draw(random);
        byte[] image = Painter.jpeg(scene, random.nextLong());
        Questions questions = Questions.about(scene);
        boolean describes =
                settings.questions() == WorldSettings.Asked.DESCRIPTION || random.nextInt(DESCRIBED_EVERY) == 0;
        List<ConversationRow.Turn> turns =
                describes ? List.of(answered(questions.describe(random), random)) : shortAnswers(questions, random);
        String name = scenes.name(number);
        return new ConversationRow(name, name + ".jpg", image, turns);
    }

    private List<ConversationRow.Turn> shortAnswers(Questions questions, SplittableRandom random) {
        List<Question> asked = new ArrayList<>(questions.others(random));
        for (int round = 0; round < YES_NO_ROUNDS; round++) {
            asked.add(questions.yesNo(true, random));
            asked.add(questions.yesNo(false, random));
        }
        List<ConversationRow.Turn> turns = new ArrayList<>();
        asked.forEach(question -> turns.add(answered(question, random)));
        if (random.nextDouble() < settings.judged()) {
            turns.add(judged(Scenes.pick(asked, random), random));
        }
        return Scenes.shuffled(turns, random);
    }

    private ConversationRow.Turn answered(Question question, SplittableRandom random) {
        @Nullable String invention = question.invention();
        boolean invents = random.nextDouble() < settings.hallucinated();
        String answer = invents && invention != null ? invention : question.answer();
        return new ConversationRow.Turn(question.text(), answer);
    }

    private static ConversationRow.Turn judged(Question question, SplittableRandom random) {
        String wrong = Scenes.pick(question.hallucinations(), random);
        boolean first = random.nextBoolean();
        String asked = first
                ? Words.judge(question.text(), question.answer(), wrong)
                : Words.judge(question.text(), wrong, question.answer());
        return new ConversationRow.Turn(asked, first ? Words.FIRST : Words.SECOND);
    }
}
