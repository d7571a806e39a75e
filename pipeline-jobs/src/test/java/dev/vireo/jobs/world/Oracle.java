// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.world;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Answers the world's questions by reading their text, independently of the code that asks them. */
final class Oracle {
    private static final List<String> NUMBERS = List.of("None.", "One.", "Two.", "Three.", "Four.", "Five.", "Six.");

    private Oracle() {}

    static String answer(Scene scene, String question) {
        return scene instanceof Scene.Shapes shapes
                ? aboutShapes(shapes, question)
                : aboutChart((Scene.Chart) scene, question);
    }

    private static String aboutShapes(Scene.Shapes scene, String question) {
        Matcher m = match("Is there an? (\\w+ \\w+)\\?", question);
        if (m != null) {
            String noun = m.group(1);
            return count(scene, item -> item.noun().equals(noun)) > 0 ? "Yes." : "No.";
        }
        m = match("How many (\\w+) shapes are there\\?", question);
        if (m != null) {
            String hue = m.group(1);
            return NUMBERS.get(count(scene, item -> item.hue().word().equals(hue)));
        }
        m = match("How many (\\w+)s are there\\?", question);
        if (m != null) {
            String figure = m.group(1);
            return NUMBERS.get(count(scene, item -> item.figure().word().equals(figure)));
        }
        m = match("What is at the (.*)\\?", question);
        if (m != null) {
            String place = m.group(1);
            List<Item> there = items(scene, item -> item.place().words().equals(place));
            return there.isEmpty() ? "Nothing." : article(there.get(0).noun(), true) + ".";
        }
        m = match("Where is the (\\w+ \\w+)\\?", question);
        if (m != null) {
            String noun = m.group(1);
            return "At the "
                    + only(items(scene, item -> item.noun().equals(noun)))
                            .place()
                            .words() + ".";
        }
        m = match("What color is the (\\w+)\\?", question);
        if (m != null) {
            String figure = m.group(1);
            String word = only(items(scene, item -> item.figure().word().equals(figure)))
                    .hue()
                    .word();
            return word.substring(0, 1).toUpperCase(java.util.Locale.ROOT) + word.substring(1) + ".";
        }
        List<String> parts = new ArrayList<>();
        for (Place place : Place.values()) {
            for (Item item : items(scene, each -> each.place() == place)) {
                parts.add(article(item.noun(), parts.isEmpty()) + " at the " + place.words());
            }
        }
        return String.join(", ", parts) + ".";
    }

    private static String aboutChart(Scene.Chart scene, String question) {
        List<Bar> rising =
                scene.bars().stream().sorted(Comparator.comparing(Bar::height)).toList();
        Matcher m = match("Is there an? (\\w+ bar)\\?", question);
        if (m != null) {
            String noun = m.group(1);
            return scene.bars().stream().anyMatch(bar -> bar.noun().equals(noun)) ? "Yes." : "No.";
        }
        m = match("Is the (\\w+ bar) higher than the (\\w+ bar)\\?", question);
        if (m != null) {
            List<String> nouns = rising.stream().map(Bar::noun).toList();
            return nouns.indexOf(m.group(1)) > nouns.indexOf(m.group(2)) ? "Yes." : "No.";
        }
        if (question.equals("How many bars are there?")) {
            return NUMBERS.get(rising.size());
        }
        if (question.equals("Which bar is highest?")) {
            return "The " + rising.get(rising.size() - 1).noun() + ".";
        }
        if (question.equals("Which bar is lowest?")) {
            return "The " + rising.get(0).noun() + ".";
        }
        List<String> parts =
                scene.bars().stream().map(bar -> article(bar.noun(), false)).toList();
        return "A chart with " + String.join(", ", parts) + ".";
    }

    private static String article(String noun, boolean first) {
        String article = noun.startsWith("orange") ? "an" : "a";
        return (first ? article.replace('a', 'A') : article) + " " + noun;
    }

    private static Item only(List<Item> items) {
        if (items.size() != 1) {
            throw new IllegalArgumentException("The question does not mean one item but " + items);
        }
        return items.get(0);
    }

    private static int count(Scene.Shapes scene, Predicate<Item> matching) {
        return items(scene, matching).size();
    }

    private static List<Item> items(Scene.Shapes scene, Predicate<Item> matching) {
        return scene.items().stream().filter(matching).toList();
    }

    private static Matcher match(String pattern, String question) {
        Matcher matcher = Pattern.compile(pattern).matcher(question);
        return matcher.matches() ? matcher : null;
    }
}
