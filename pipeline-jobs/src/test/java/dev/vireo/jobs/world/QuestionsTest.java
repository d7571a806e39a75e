// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.world;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vireo.jobs.config.WorldSettings.Split;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class QuestionsTest {
    private static final int SCENES = 3000;

    private final Scenes scenes = new Scenes(Split.PAIRS, 5);

    @Test
    void answersAreWhatTheSceneSays() {
        EnumSet<Question.Kind> kinds = EnumSet.noneOf(Question.Kind.class);
        for (int i = 0; i < SCENES; i++) {
            Scene scene = scenes.draw(scenes.random(i));
            for (Question question : all(scene, i)) {
                assertThat(question.answer())
                        .as("%s of %s", question.text(), scene.key())
                        .isEqualTo(Oracle.answer(scene, question.text()));
                kinds.add(question.kind());
            }
        }
        assertThat(kinds).isEqualTo(EnumSet.allOf(Question.Kind.class));
    }

    @Test
    void hallucinationsAreNeverRightAndAlwaysOfTheSameForm() {
        for (int i = 0; i < SCENES; i++) {
            Scene scene = scenes.draw(scenes.random(i));
            for (Question question : all(scene, i)) {
                String right = Oracle.answer(scene, question.text());
                assertThat(question.hallucinations())
                        .as("%s of %s", question.text(), scene.key())
                        .isNotEmpty()
                        .doesNotContain(right)
                        .doesNotHaveDuplicates()
                        .allMatch(wrong -> wrong.matches("[A-Z][a-z, ]*\\."));
            }
        }
    }

    @Test
    void yesAndNoAreAskedAsWanted() {
        for (int i = 0; i < 200; i++) {
            SplittableRandom random = scenes.random(i);
            Questions questions = Questions.about(scenes.draw(random));
            assertThat(questions.yesNo(true, random).answer()).isEqualTo("Yes.");
            assertThat(questions.yesNo(false, random).answer()).isEqualTo("No.");
        }
    }

    @Test
    void differentScenesHaveDifferentDescriptions() {
        Set<String> keys = new HashSet<>();
        Set<String> descriptions = new HashSet<>();
        for (int i = 0; i < SCENES; i++) {
            if (scenes.draw(scenes.random(i)) instanceof Scene.Shapes shapes) {
                keys.add(shapes.key());
                descriptions.add(Words.describe(shapes));
            }
        }
        assertThat(descriptions).hasSameSizeAs(keys);
    }

    @Test
    void questionWithoutWrongAnswerIsRefused() {
        assertThatThrownBy(() -> new Question(Question.Kind.COUNT, "How many?", "Two.", List.of("Two.")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Cannot ask How many?: there is no wrong answer beside Two.");
    }

    @Test
    void twoItemsAtOnePlaceAreRefused() {
        Item item = new Item(Figure.STAR, Hue.RED, Place.TOP);
        assertThatThrownBy(() -> new Scene.Shapes(List.of(item, item)))
                .hasMessageContaining("each at a place of its own");
        assertThatThrownBy(() -> new Scene.Chart(List.of(new Bar(Hue.RED, 1), new Bar(Hue.BLUE, 1))))
                .hasMessageContaining("of different colors and heights");
    }

    private static List<Question> all(Scene scene, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Questions questions = Questions.about(scene);
        List<Question> all = new ArrayList<>(questions.others(random));
        all.add(questions.yesNo(true, random));
        all.add(questions.yesNo(false, random));
        all.add(questions.describe(random));
        return all;
    }
}
