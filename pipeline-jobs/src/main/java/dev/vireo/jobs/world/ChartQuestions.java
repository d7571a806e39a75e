// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.world;

import static dev.vireo.jobs.world.Scenes.pick;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;

/** Questions about a bar chart. */
final class ChartQuestions implements Questions {
    private static final List<Hue> HUES = List.of(Hue.values());

    private final Scene.Chart scene;

    ChartQuestions(Scene.Chart scene) {
        this.scene = scene;
    }

    @Override
    public Question yesNo(boolean yes, SplittableRandom random) {
        return random.nextBoolean() ? exists(yes, random) : compare(yes, random);
    }

    private Question exists(boolean yes, SplittableRandom random) {
        Hue hue = yes ? pick(scene.bars(), random).hue() : absent(random);
        return Words.yesNo(Question.Kind.EXISTS, "Is there " + Words.a(bar(hue)) + "?", yes);
    }

    private Question compare(boolean yes, SplittableRandom random) {
        List<Bar> two = Scenes.shuffled(scene.bars(), random).subList(0, 2);
        List<Bar> rising = two.stream().sorted(byHeight()).toList();
        Bar asked = rising.get(yes ? 1 : 0);
        Bar other = rising.get(yes ? 0 : 1);
        String text = "Is the " + asked.noun() + " higher than the " + other.noun() + "?";
        return Words.yesNo(Question.Kind.COMPARE, text, yes);
    }

    @Override
    public List<Question> others(SplittableRandom random) {
        List<Question> all = new ArrayList<>();
        all.add(extreme("highest", Collections.max(scene.bars(), byHeight())));
        all.add(extreme("lowest", Collections.min(scene.bars(), byHeight())));
        all.add(Words.count("How many bars are there?", scene.bars().size()));
        return Scenes.shuffled(all, random);
    }

    private Question extreme(String which, Bar right) {
        List<String> wrong = scene.bars().stream()
                .map(bar -> Words.sentence("the " + bar.noun()))
                .toList();
        String answer = Words.sentence("the " + right.noun());
        return new Question(Question.Kind.EXTREME, "Which bar is " + which + "?", answer, wrong);
    }

    /** The wrong descriptions change the color of a bar, exchange two neighbours, leave out the last or add one. */
    @Override
    public Question describe(SplittableRandom random) {
        List<String> wrong = new ArrayList<>();
        Hue absent = absent(random);
        for (int i = 0; i < scene.bars().size(); i++) {
            List<Bar> changed = new ArrayList<>(scene.bars());
            changed.set(i, new Bar(absent, changed.get(i).height()));
            wrong.add(Words.describe(new Scene.Chart(changed)));
        }
        for (int i = 1; i < scene.bars().size(); i++) {
            List<Bar> changed = new ArrayList<>(scene.bars());
            Collections.swap(changed, i - 1, i);
            wrong.add(Words.describe(new Scene.Chart(changed)));
        }
        wrong.add(Words.describe(
                new Scene.Chart(scene.bars().subList(0, scene.bars().size() - 1))));
        List<Bar> more = new ArrayList<>(scene.bars());
        more.add(new Bar(absent, 1));
        String invention = Words.describe(more);
        wrong.add(invention);
        return new Question(Question.Kind.DESCRIBE, Words.DESCRIBE, Words.describe(scene), wrong, invention);
    }

    private Hue absent(SplittableRandom random) {
        List<Hue> absent = new ArrayList<>(HUES);
        scene.bars().forEach(bar -> absent.remove(bar.hue()));
        return pick(absent, random);
    }

    private static Comparator<Bar> byHeight() {
        return Comparator.comparingInt(Bar::height);
    }

    private static String bar(Hue hue) {
        return hue.word() + " bar";
    }
}
