// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.config;

import java.io.Serializable;

/**
 * How the model is held and computed, for every job that runs it.
 *
 * @param precision of the arithmetic
 * @param base how the frozen base weights are held
 * @param threads CPU threads for one model; 0 shares the cores among the workers of one JVM
 */
public record ModelSettings(Precision precision, Base base, int threads) implements Serializable {
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
        AS_IS
    }

    static ModelSettings read(SettingsReader reader) {
        return new ModelSettings(
                reader.choice("precision", Precision.class),
                reader.choice("base", Base.class),
                reader.count("threads", 0));
    }
}
