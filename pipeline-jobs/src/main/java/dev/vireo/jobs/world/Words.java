// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.world;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** The sentences of the world. */
final class Words {
    static final String YES = "Yes.";
    static final String NO = "No.";
    static final String NOTHING = "Nothing.";
    static final String FIRST = "First.";
    static final String SECOND = "Second.";
    static final String DESCRIBE = "Describe the picture.";

    private static final List<String> NUMBERS = List.of("none", "one", "two", "three", "four", "five", "six");

    private Words() {}

    static Question yesNo(Question.Kind kind, String text, boolean yes) {
        return new Question(kind, text, yes ? YES : NO, List.of(yes ? NO : YES), yes ? null : YES);
    }

    /** A question for a number; wrong are its neighbours. */
    static Question count(String text, int right) {
        List<String> wrong = new ArrayList<>();
        for (int near = Math.max(0, right - 1); near <= right + 1; near++) {
            wrong.add(sentence(NUMBERS.get(near)));
        }
        return new Question(
                Question.Kind.COUNT, text, sentence(NUMBERS.get(right)), wrong, sentence(NUMBERS.get(right + 1)));
    }

    /** With its article: {@code an orange star}. */
    static String a(String noun) {
        return ("aeiou".indexOf(noun.charAt(0)) >= 0 ? "an " : "a ") + noun;
    }

    static String sentence(String text) {
        return Character.toUpperCase(text.charAt(0)) + text.substring(1) + ".";
    }

    static String at(Place place) {
        return "at the " + place.words();
    }

    static String describe(Scene.Shapes scene) {
        return sentence(scene.items().stream()
                .map(item -> a(item.noun()) + " " + at(item.place()))
                .collect(Collectors.joining(", ")));
    }

    static String describe(Scene.Chart scene) {
        return describe(scene.bars());
    }

    static String describe(List<Bar> bars) {
        return sentence(
                "a chart with " + bars.stream().map(bar -> a(bar.noun())).collect(Collectors.joining(", ")));
    }

    /** How a critic is asked to compare two answers. */
    static String judge(String question, String first, String second) {
        return "Question: " + question + " First: " + first + " Second: " + second
                + " Which answer is right, the first or the second?";
    }
}
