// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.world;

import dev.vireo.jobs.config.WorldSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Conversations about the pictures of a split: many questions to one picture, the description last, so that it gives no
 * other answer away.
 *
 * <p>Some questions are answered wrongly, as in data that a model wrote: what is not there is said to be there. A
 * comparison of two answers always names the right one.
 */
final class Conversations {
    private static final int YES_NO_ROUNDS = 2;

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
        List<ConversationRow.Turn> turns = new ArrayList<>();
        if (settings.questions() == WorldSettings.Asked.ALL) {
            turns.addAll(shortAnswers(questions, random));
        }
        turns.add(answered(questions.describe(random), random));
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
        for (Question question : Scenes.shuffled(asked, random)) {
            turns.add(answered(question, random));
        }
        if (random.nextDouble() < settings.judged()) {
            turns.add(judged(Scenes.pick(asked, random), random));
        }
        return turns;
    }

    private ConversationRow.Turn answered(Question question, SplittableRandom random) {
        boolean wrong = random.nextDouble() < settings.hallucinated()
                && !question.answer().equals(Words.YES);
        String answer = wrong ? Scenes.pick(question.hallucinations(), random) : question.answer();
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
