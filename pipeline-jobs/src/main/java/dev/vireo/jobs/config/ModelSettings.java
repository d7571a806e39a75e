// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.config;

import dev.vireo.quantization.BaseFormat;
import java.io.Serializable;

/**
 * How the model is held and computed, for every job that runs it.
 *
 * @param precision of the arithmetic
 * @param base how the frozen base weights are held
 * @param doubleQuantization whether the scales of NF4 are quantized too
 * @param threads CPU threads for one model; 0 shares the cores among the workers of one JVM
 * @param featureCacheGib most GiB of image features that a machine keeps; 0 keeps none
 */
public record ModelSettings(
        Precision precision, Base base, boolean doubleQuantization, int threads, int featureCacheGib)
        implements Serializable {
    /** Arithmetic of the model. */
    public enum Precision {
        /** bfloat16 where the machine multiplies it fast, else float32. */
        AUTO,
        /** float32. */
        FP32,
        /** bfloat16. */
        BF16
    }

    /** Storage of the frozen base weights. */
    public enum Base {
        /** As the checkpoint holds them, cast to the precision. */
        AS_IS,
        /** The language model's linear modules in NF4. */
        NF4,
        /** The language model's linear modules in int8. */
        INT8
    }

    /** The form of the frozen weights. */
    public BaseFormat format() {
        return switch (base) {
            case AS_IS -> BaseFormat.AS_IS;
            case NF4 -> doubleQuantization ? BaseFormat.NF4_DOUBLE : BaseFormat.NF4;
            case INT8 -> BaseFormat.INT8;
        };
    }

    /** Most bytes of image features that a machine keeps. */
    public long featureCacheBytes() {
        return (long) featureCacheGib << 30;
    }

    static ModelSettings read(SettingsReader reader) {
        ModelSettings settings = new ModelSettings(
                reader.choice("precision", Precision.class),
                reader.choice("base", Base.class),
                reader.flag("double-quantization"),
                reader.count("threads", 0),
                reader.count("feature-cache", 0));
        if (settings.doubleQuantization && settings.base != Base.NF4) {
            reader.invalid("double-quantization", "false without model.base=nf4, whose scales it quantizes");
        }
        return settings;
    }
}
