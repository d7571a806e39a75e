// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.config;

/**
 * Settings of {@code world}.
 *
 * @param split which pictures; no picture of one split shows what one of another shows
 * @param schema of the output's columns
 * @param pictures how many
 * @param seed of everything
 * @param questions of conversations
 * @param hallucinated share of a conversation's answers that add what is not there
 * @param judged share of conversations in which two answers are compared
 */
public record WorldSettings(
        Split split, Schema schema, int pictures, long seed, Asked questions, double hallucinated, double judged) {
    /** What a picture is for. */
    public enum Split {
        /** Conversations that a base model learns from. */
        TRAIN,
        /** Preference pairs. */
        PAIRS,
        /** Held out. */
        TEST
    }

    /** What conversations ask. */
    public enum Asked {
        /** Every kind of question, several to a picture. */
        ALL,
        /** To describe the picture. */
        DESCRIPTION
    }

    /** Published column layouts that the world is written in. */
    public enum Schema {
        /** openbmb/RLAIF-V-Dataset: a row for each question, with a right and a hallucinated answer. */
        RLAIF_V,
        /** lmms-lab/LLaVA-OneVision-Data: a row for each picture, with a conversation. */
        ONEVISION
    }

    static WorldSettings read(SettingsReader reader) {
        return new WorldSettings(
                reader.choice("split", Split.class),
                reader.choice("schema", Schema.class),
                reader.count("pictures", 1),
                reader.seed("seed"),
                reader.choice("questions", Asked.class),
                reader.number("hallucinated", share -> share >= 0 && share < 1, "0 or more, less than 1"),
                reader.number("judged", share -> share >= 0 && share <= 1, "0 to 1"));
    }
}
