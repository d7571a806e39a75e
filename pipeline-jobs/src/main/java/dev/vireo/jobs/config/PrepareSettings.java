// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.config;

/**
 * Settings of {@code prepare}.
 *
 * @param schema of the input's columns
 * @param template {@code auto}, a template text, or the name of one in {@code conf/templates/}
 * @param images what shards hold of each image
 * @param lengths limits in tokens
 * @param bos where the beginning-of-sequence token is written
 * @param exif what happens with an image's EXIF orientation
 * @param dedup what happens with rows of the same id
 * @param imageSizes how large images may be
 * @param shardRows most rows in one shard
 * @param shardSize MiB at which a shard is full
 * @param dryRunRows rows that a dry run looks at
 * @param select which rows are kept
 */
public record PrepareSettings(
        Schema schema,
        String template,
        Images images,
        LengthSettings lengths,
        Bos bos,
        Exif exif,
        Dedup dedup,
        ImageSizeSettings imageSizes,
        int shardRows,
        int shardSize,
        int dryRunRows,
        SelectSettings select) {
    /** The value of {@link #template()} that stands for the model's own chat template. */
    public static final String MODEL_TEMPLATE = "auto";

    /** Published column layouts. */
    public enum Schema {
        /** Detected from the columns. */
        AUTO,
        /** openbmb/RLAIF-V-Dataset. */
        RLAIF_V,
        /** HuggingFaceH4/rlaif-v_formatted. */
        RLAIF_V_FORMATTED,
        /** lmms-lab/LLaVA-OneVision-Data. */
        ONEVISION,
        /** HuggingFaceH4/llava-instruct-mix-vsft. */
        VSFT,
        /** TRL's unpaired preferences: prompt, completion, label. */
        UNPAIRED
    }

    /** What shards hold of an image. */
    public enum Images {
        /** Resized pixels, compressed. */
        TILES,
        /** The original bytes, decoded and resized while training. */
        SOURCE
    }

    /** Where the beginning-of-sequence token is written. */
    public enum Bos {
        /** Where the template writes it. */
        TEMPLATE,
        /** Before every prompt. */
        ALWAYS
    }

    /** What happens with an image's EXIF orientation. */
    public enum Exif {
        /** The image is turned. */
        APPLY,
        /** The image stays as it is stored. */
        IGNORE
    }

    /** What happens with rows of the same id. */
    public enum Dedup {
        /** The job stops when such rows differ. */
        ERROR,
        /** The first is kept, the others are rejected. */
        FIRST
    }

    static PrepareSettings read(SettingsReader reader) {
        return new PrepareSettings(
                reader.choice("schema", Schema.class),
                reader.text("template"),
                reader.choice("images", Images.class),
                LengthSettings.read(reader),
                reader.choice("bos", Bos.class),
                reader.choice("exif", Exif.class),
                reader.choice("dedup", Dedup.class),
                ImageSizeSettings.read(reader),
                reader.count("shard-rows", 1),
                reader.count("shard-size", 1),
                reader.count("dry-run-rows", 1),
                SelectSettings.read(reader.below("select")));
    }
}
