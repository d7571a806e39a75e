// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.config;

import java.util.List;

/**
 * Which rows {@code prepare} keeps. Every rule is off by default.
 *
 * @param textOnly what happens with rows that have no image
 * @param duplicates what happens with rows of the same images and the same text
 * @param nearImages most bits in which the difference hashes of near-duplicate images differ; -1 looks for none
 * @param lengthBalance how chosen and rejected answers are brought to the same mean length
 * @param weights shares of the inputs, one for each; empty for the rows as they are
 * @param caps most rows of the inputs, one for each, 0 for no limit; empty for none
 * @param rows most rows altogether, drawn at random; 0 keeps all
 * @param heldOut share of the rows that the split holds out; 0 for no split
 * @param part of the split that is prepared
 * @param seed of what is drawn at random
 */
public record SelectSettings(
        TextOnly textOnly,
        Duplicates duplicates,
        int nearImages,
        LengthBalance lengthBalance,
        List<Double> weights,
        List<Integer> caps,
        int rows,
        double heldOut,
        Part part,
        long seed) {
    /** Hashes of more than 16 bits' difference do not look alike any more. */
    private static final int FURTHEST = 16;

    /** What happens with rows that have no image. */
    public enum TextOnly {
        /** They are rows like others. */
        KEEP,
        /** They are rejected. */
        REJECT
    }

    /** What happens with rows of the same images and the same text. */
    public enum Duplicates {
        /** They are rows like others. */
        KEEP,
        /** The first is kept, the others are rejected. */
        FIRST
    }

    /** How chosen and rejected answers are brought to the same mean length. */
    public enum LengthBalance {
        /** Not at all. */
        OFF,
        /** In words, by rejecting pairs whose rejected answer is the longer one by too much. */
        WORDS
    }

    /** A part of the split. */
    public enum Part {
        /** What is not held out. */
        TRAIN,
        /** What is held out. */
        HELD_OUT
    }

    public SelectSettings {
        weights = List.copyOf(weights);
        caps = List.copyOf(caps);
    }

    static SelectSettings read(SettingsReader reader) {
        SelectSettings settings = new SelectSettings(
                reader.choice("text-only", TextOnly.class),
                reader.choice("duplicates", Duplicates.class),
                nearImages(reader),
                reader.choice("length-balance", LengthBalance.class),
                reader.numbers("weights"),
                reader.counts("caps"),
                reader.count("rows", 0),
                reader.fraction("held-out"),
                reader.choice("part", Part.class),
                reader.seed("seed"));
        if (settings.weights.stream().anyMatch(weight -> !(weight > 0) || weight.isInfinite())) {
            reader.invalid("weights", "numbers > 0");
        }
        if (settings.part == Part.HELD_OUT && settings.heldOut == 0) {
            reader.invalid("part", "train while held-out is 0; set the share that is held out");
        }
        return settings;
    }

    private static int nearImages(SettingsReader reader) {
        int bits = reader.count("near-images", -1);
        if (bits > FURTHEST) {
            reader.invalid("near-images", "-1 to " + FURTHEST + " of the 64 bits");
        }
        return bits;
    }
}
