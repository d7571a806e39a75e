// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.world;

import dev.vireo.jobs.config.WorldSettings.Split;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.zip.CRC32;

/**
 * Scenes of a split, numbered; number and seed decide all of a scene. A scene belongs to one split by its content alone,
 * so that no picture of one split shows what a picture of another shows, whatever the seeds.
 */
final class Scenes {
    private static final int MOST_ITEMS = 3;
    private static final int FEWEST_BARS = 3;
    private static final int MOST_BARS = 5;
    private static final int CHART_EVERY = 4;
    private static final int PARTS = 10;
    private static final int TRAIN_PARTS = 6;
    private static final int PAIRS_PARTS = 2;

    private final Split split;
    private final long base;

    Scenes(Split split, long seed) {
        this.split = split;
        this.base = new SplittableRandom(seed * Split.values().length + split.ordinal()).nextLong();
    }

    static Split split(Scene scene) {
        CRC32 hash = new CRC32();
        hash.update(scene.key().getBytes(StandardCharsets.UTF_8));
        long part = hash.getValue() % PARTS;
        if (part < TRAIN_PARTS) {
            return Split.TRAIN;
        }
        return part < TRAIN_PARTS + PAIRS_PARTS ? Split.PAIRS : Split.TEST;
    }

    /** What rows about scene {@code number} are called. */
    String name(long number) {
        return String.format(Locale.ROOT, "world-%s-%06d", split.name().toLowerCase(Locale.ROOT), number);
    }

    /** The source of all chance that belongs to scene {@code number}. */
    SplittableRandom random(long number) {
        return new SplittableRandom(base + number);
    }

    /** One in four is a chart. */
    Scene draw(SplittableRandom random) {
        while (true) {
            Scene scene = random.nextInt(CHART_EVERY) == 0 ? chart(random) : shapes(random);
            if (split(scene) == split) {
                return scene;
            }
        }
    }

    private static Scene shapes(SplittableRandom random) {
        List<Place> places = shuffled(List.of(Place.values()), random);
        List<Item> items = new ArrayList<>();
        int count = 1 + random.nextInt(MOST_ITEMS);
        for (Place place : places.subList(0, count)) {
            items.add(new Item(pick(List.of(Figure.values()), random), pick(List.of(Hue.values()), random), place));
        }
        return new Scene.Shapes(items);
    }

    private static Scene chart(SplittableRandom random) {
        List<Hue> hues = shuffled(List.of(Hue.values()), random);
        List<Integer> heights = new ArrayList<>();
        for (int height = 1; height <= Bar.HIGHEST; height++) {
            heights.add(height);
        }
        heights = shuffled(heights, random);
        List<Bar> bars = new ArrayList<>();
        int count = FEWEST_BARS + random.nextInt(MOST_BARS - FEWEST_BARS + 1);
        for (int i = 0; i < count; i++) {
            bars.add(new Bar(hues.get(i), heights.get(i)));
        }
        return new Scene.Chart(bars);
    }

    static <T> T pick(List<T> all, SplittableRandom random) {
        return all.get(random.nextInt(all.size()));
    }

    static <T> List<T> shuffled(List<T> all, SplittableRandom random) {
        List<T> mixed = new ArrayList<>(all);
        for (int i = mixed.size() - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            T swapped = mixed.get(i);
            mixed.set(i, mixed.get(j));
            mixed.set(j, swapped);
        }
        return mixed;
    }
}
