// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.world;

import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** What a picture shows, all that questions are about. */
sealed interface Scene {
    /** The content as text; two scenes that show the same have the same text. */
    String key();

    /**
     * Shapes on the grid.
     *
     * @param items at different places; kept in reading order
     */
    record Shapes(List<Item> items) implements Scene {
        public Shapes {
            items = items.stream().sorted(Comparator.comparing(Item::place)).toList();
            Set<Place> places = EnumSet.noneOf(Place.class);
            items.forEach(item -> places.add(item.place()));
            if (items.isEmpty() || places.size() < items.size()) {
                throw new IllegalArgumentException(
                        "Invalid scene " + items + " (expected at least one item, each at a place of its own)");
            }
        }

        @Override
        public String key() {
            return items.stream()
                    .map(item -> item.noun() + " " + item.place().ordinal())
                    .collect(Collectors.joining(", "));
        }
    }

    /**
     * A bar chart.
     *
     * @param bars from left to right, of different colors and heights
     */
    record Chart(List<Bar> bars) implements Scene {
        public Chart {
            bars = List.copyOf(bars);
            Set<Hue> hues = EnumSet.noneOf(Hue.class);
            Set<Integer> heights = new HashSet<>();
            for (Bar bar : bars) {
                hues.add(bar.hue());
                heights.add(bar.height());
            }
            if (bars.size() < 2 || hues.size() < bars.size() || heights.size() < bars.size()) {
                throw new IllegalArgumentException(
                        "Invalid chart " + bars + " (expected at least two bars, of different colors and heights)");
            }
        }

        @Override
        public String key() {
            return bars.stream().map(bar -> bar.noun() + " " + bar.height()).collect(Collectors.joining(", "));
        }
    }
}
