// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.world;

import static dev.vireo.jobs.world.Scenes.pick;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Predicate;

/** Questions about shapes on the grid. */
final class ShapeQuestions implements Questions {
    private static final List<Hue> HUES = List.of(Hue.values());
    private static final List<Figure> FIGURES = List.of(Figure.values());
    private static final List<Place> PLACES = List.of(Place.values());

    private final Scene.Shapes scene;

    ShapeQuestions(Scene.Shapes scene) {
        this.scene = scene;
    }

    @Override
    public Question yesNo(boolean yes, SplittableRandom random) {
        Item shown = pick(scene.items(), random);
        String noun = yes ? shown.noun() : absent(shown, random);
        return Words.yesNo(Question.Kind.EXISTS, "Is there " + Words.a(noun) + "?", yes);
    }

    /** A shape that is not there: mostly one that shares its color or its kind with one that is. */
    private String absent(Item shown, SplittableRandom random) {
        while (true) {
            int nearness = random.nextInt(3);
            Figure figure = nearness == 0 ? shown.figure() : pick(FIGURES, random);
            Hue hue = nearness == 1 ? shown.hue() : pick(HUES, random);
            Item other = new Item(figure, hue, shown.place());
            if (count(item -> item.noun().equals(other.noun())) == 0) {
                return other.noun();
            }
        }
    }

    @Override
    public List<Question> others(SplittableRandom random) {
        List<Question> all = new ArrayList<>();
        all.add(countOfFigure(random));
        all.add(countOfHue(random));
        all.add(whatShown(random));
        all.add(whatAnywhere(random));
        Item one = pick(scene.items(), random);
        if (count(item -> item.noun().equals(one.noun())) == 1) {
            all.add(where(one));
        }
        if (count(item -> item.figure() == one.figure()) == 1) {
            all.add(color(one, random));
        }
        return Scenes.shuffled(all, random);
    }

    private Question countOfFigure(SplittableRandom random) {
        Figure figure = random.nextBoolean() ? pick(scene.items(), random).figure() : pick(FIGURES, random);
        return Words.count("How many " + figure.plural() + " are there?", count(item -> item.figure() == figure));
    }

    private Question countOfHue(SplittableRandom random) {
        Hue hue = random.nextBoolean() ? pick(scene.items(), random).hue() : pick(HUES, random);
        return Words.count("How many " + hue.word() + " shapes are there?", count(item -> item.hue() == hue));
    }

    private int count(Predicate<Item> matching) {
        return (int) scene.items().stream().filter(matching).count();
    }

    private Question whatShown(SplittableRandom random) {
        Item item = pick(scene.items(), random);
        List<String> wrong = new ArrayList<>();
        HUES.forEach(hue -> wrong.add(named(item.figure(), hue)));
        FIGURES.forEach(figure -> wrong.add(named(figure, item.hue())));
        return what(item.place(), named(item.figure(), item.hue()), wrong);
    }

    private Question whatAnywhere(SplittableRandom random) {
        Place place = pick(PLACES, random);
        for (Item item : scene.items()) {
            if (item.place() == place) {
                return what(place, named(item.figure(), item.hue()), List.of(Words.NOTHING));
            }
        }
        List<String> wrong = new ArrayList<>();
        scene.items().forEach(item -> wrong.add(named(item.figure(), item.hue())));
        wrong.add(named(pick(FIGURES, random), pick(HUES, random)));
        return new Question(Question.Kind.WHAT, whatText(place), Words.NOTHING, wrong, wrong.get(0));
    }

    private static String named(Figure figure, Hue hue) {
        return Words.sentence(Words.a(hue.word() + " " + figure.word()));
    }

    private static Question what(Place place, String right, List<String> wrong) {
        return new Question(Question.Kind.WHAT, whatText(place), right, wrong);
    }

    private static String whatText(Place place) {
        return "What is " + Words.at(place) + "?";
    }

    private static Question where(Item item) {
        List<String> wrong =
                PLACES.stream().map(place -> Words.sentence(Words.at(place))).toList();
        String right = Words.sentence(Words.at(item.place()));
        return new Question(Question.Kind.WHERE, "Where is the " + item.noun() + "?", right, wrong);
    }

    private Question color(Item item, SplittableRandom random) {
        List<String> wrong = new ArrayList<>();
        scene.items().forEach(other -> wrong.add(Words.sentence(other.hue().word())));
        int step = 1 + random.nextInt(HUES.size() - 1);
        Hue other = HUES.get((item.hue().ordinal() + step) % HUES.size());
        wrong.add(Words.sentence(other.word()));
        String text = "What color is the " + item.figure().word() + "?";
        return new Question(Question.Kind.COLOR, text, Words.sentence(item.hue().word()), wrong);
    }

    /** The wrong descriptions are right ones of other scenes: a color, a kind or a place changed, or one shape more. */
    @Override
    public Question describe(SplittableRandom random) {
        List<String> wrong = new ArrayList<>();
        for (Item item : scene.items()) {
            wrong.add(describe(item, new Item(item.figure(), pick(HUES, random), item.place())));
            wrong.add(describe(item, new Item(pick(FIGURES, random), item.hue(), item.place())));
        }
        Item moved = pick(scene.items(), random);
        Place free = free(random);
        wrong.add(describe(moved, new Item(moved.figure(), moved.hue(), free)));
        List<Item> more = new ArrayList<>(scene.items());
        more.add(new Item(pick(FIGURES, random), pick(HUES, random), free));
        String invention = Words.describe(new Scene.Shapes(more));
        wrong.add(invention);
        return new Question(Question.Kind.DESCRIBE, Words.DESCRIBE, Words.describe(scene), wrong, invention);
    }

    private String describe(Item without, Item with) {
        List<Item> changed = new ArrayList<>(scene.items());
        changed.remove(without);
        changed.add(with);
        return Words.describe(new Scene.Shapes(changed));
    }

    private Place free(SplittableRandom random) {
        List<Place> free = new ArrayList<>(PLACES);
        scene.items().forEach(item -> free.remove(item.place()));
        return pick(free, random);
    }
}
