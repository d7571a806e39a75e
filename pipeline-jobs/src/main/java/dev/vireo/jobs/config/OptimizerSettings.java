// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.config;

import java.io.Serializable;

/**
 * AdamW and its learning rate.
 *
 * @param learningRate the peak
 * @param schedule of the learning rate over the steps
 * @param minLearningRate where linear and cosine end
 * @param warmupSteps optimizer steps over which the learning rate rises from 0
 * @param warmupRatio the same as a share of all steps; without meaning where warmupSteps is not 0
 * @param maxGradNorm longer gradients are scaled down to this norm; 0 is no limit
 * @param weightDecay decoupled from the gradient
 * @param beta1 decay of the first moment
 * @param beta2 decay of the second moment
 * @param epsilon added to the root of the second moment
 * @param eightBit whether the moments are held in 8 bits
 * @param master how full training holds what rounding to bfloat16 takes from the weights
 */
public record OptimizerSettings(
        double learningRate,
        Schedule schedule,
        double minLearningRate,
        int warmupSteps,
        double warmupRatio,
        double maxGradNorm,
        double weightDecay,
        double beta1,
        double beta2,
        double epsilon,
        boolean eightBit,
        Master master)
        implements Serializable {
    /** Learning rate after the warm-up. */
    public enum Schedule {
        /** Stays at the peak. */
        CONSTANT,
        /** Falls linearly to the minimum. */
        LINEAR,
        /** Falls to the minimum along half a cosine. */
        COSINE
    }

    /** What holds the bits of a trained bfloat16 weight that bfloat16 does not. */
    public enum Master {
        /** A float32 copy of each weight. */
        FP32,
        /** A bfloat16 compensation beside each bfloat16 weight. */
        KAHAN
    }

    static OptimizerSettings read(SettingsReader train) {
        OptimizerSettings settings = new OptimizerSettings(
                train.positive("learning-rate"),
                train.choice("schedule", Schedule.class),
                train.notNegative("min-learning-rate"),
                train.count("warmup-steps", 0),
                train.fraction("warmup-ratio"),
                train.notNegative("max-grad-norm"),
                train.notNegative("weight-decay"),
                train.fraction("adam-beta1"),
                train.fraction("adam-beta2"),
                train.positive("adam-epsilon"),
                train.flag("adam-8bit"),
                train.choice("master", Master.class));
        if (settings.minLearningRate > settings.learningRate) {
            train.invalid("min-learning-rate", "<= train.learning-rate, which is " + settings.learningRate);
        }
        if (settings.warmupSteps > 0 && settings.warmupRatio > 0) {
            train.invalid("warmup-ratio", "0 beside train.warmup-steps, which is " + settings.warmupSteps);
        }
        return settings;
    }

    /** Warm-up steps of a run of so many steps, by transformers' rule. */
    public long warmupSteps(long steps) {
        return warmupSteps > 0 ? warmupSteps : (long) Math.ceil(warmupRatio * steps);
    }
}
