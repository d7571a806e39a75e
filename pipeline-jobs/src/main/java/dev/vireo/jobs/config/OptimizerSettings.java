// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.config;

import java.io.Serializable;

/**
 * AdamW and its learning rate.
 *
 * @param learningRate the peak
 * @param schedule of the learning rate over the steps
 * @param warmupSteps optimizer steps over which the learning rate rises from 0
 * @param maxGradNorm longer gradients are scaled down to this norm; 0 is no limit
 * @param weightDecay decoupled from the gradient
 * @param beta1 decay of the first moment
 * @param beta2 decay of the second moment
 * @param epsilon added to the root of the second moment
 */
public record OptimizerSettings(
        double learningRate,
        Schedule schedule,
        int warmupSteps,
        double maxGradNorm,
        double weightDecay,
        double beta1,
        double beta2,
        double epsilon)
        implements Serializable {
    /** Learning rate after the warm-up. */
    public enum Schedule {
        /** Stays at the peak. */
        CONSTANT,
        /** Falls linearly to 0. */
        LINEAR,
        /** Falls to 0 along half a cosine. */
        COSINE
    }

    static OptimizerSettings read(SettingsReader train) {
        return new OptimizerSettings(
                train.positive("learning-rate"),
                train.choice("schedule", Schedule.class),
                train.count("warmup-steps", 0),
                train.notNegative("max-grad-norm"),
                train.notNegative("weight-decay"),
                train.fraction("adam-beta1"),
                train.fraction("adam-beta2"),
                train.positive("adam-epsilon"));
    }
}
