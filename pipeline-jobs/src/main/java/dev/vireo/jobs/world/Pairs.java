// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.world;

import dev.vireo.jobs.config.WorldSettings.Split;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Preference pairs about the pictures of a split. Every picture gets one question whose answer is yes, one whose answer
 * is no, and others, so that yes and no are balanced.
 */
final class Pairs {
    private static final int DESCRIBED_EVERY = 3;

    private final Scenes scenes;

    Pairs(Split split, long seed) {
        this.scenes = new Scenes(split, seed);
    }

    /** The rows about picture {@code number}: yes, no, and one or two others. */
    List<PairRow> rows(long number) {
        SplittableRandom random = scenes.random(number);
        Scene scene = scenes.draw(random);
        byte[] image = Painter.jpeg(scene, random.nextLong());
        Questions questions = Questions.about(scene);
        List<Question> asked = new ArrayList<>();
        asked.add(questions.yesNo(true, random));
        asked.add(questions.yesNo(false, random));
        asked.add(questions.others(random).get(0));
        if (random.nextInt(DESCRIBED_EVERY) == 0) {
            asked.add(questions.describe(random));
        }
        String name = scenes.name(number);
        List<PairRow> rows = new ArrayList<>();
        for (Question question : asked) {
            rows.add(new PairRow(
                    name + "-" + rows.size(),
                    question.kind().word(),
                    name + ".jpg",
                    image,
                    question.text(),
                    question.answer(),
                    Scenes.pick(question.hallucinations(), random)));
        }
        return rows;
    }
}
