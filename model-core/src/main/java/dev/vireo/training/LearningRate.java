// SPDX-License-Identifier: Apache-2.0
package dev.vireo.training;

/**
 * The learning rate as a function of the step: a linear rise from 0 over the warm-up steps, then the schedule, by the
 * formulas of transformers' {@code get_constant_schedule_with_warmup}, {@code get_linear_schedule_with_warmup} and
 * {@code get_cosine_schedule_with_warmup} (half a cosine); with a minimum those of
 * {@code get_polynomial_decay_schedule_with_warmup} at power 1 and {@code get_cosine_with_min_lr_schedule_with_warmup}.
 *
 * @param peak the rate at the end of the warm-up, {@code train.learning-rate}
 * @param minimum the rate at the end of linear and cosine, {@code train.min-learning-rate}
 * @param warmupSteps {@code train.warmup-steps}
 * @param totalSteps optimizer steps of the whole run
 */
public record LearningRate(Schedule schedule, double peak, double minimum, long warmupSteps, long totalSteps) {
    /** How the rate falls after the warm-up. */
    public enum Schedule {
        CONSTANT,
        LINEAR,
        COSINE
    }

    public LearningRate {
        if (!(peak >= 0) || Double.isInfinite(peak)) {
            throw new IllegalArgumentException("Invalid train.learning-rate: " + peak + " (expected 0 or more)");
        }
        if (!(minimum >= 0 && minimum <= peak)) {
            throw new IllegalArgumentException("Invalid train.min-learning-rate: " + minimum
                    + " (expected 0 to train.learning-rate, which is " + peak + ")");
        }
        if (warmupSteps < 0) {
            throw new IllegalArgumentException("Invalid train.warmup-steps: " + warmupSteps + " (expected 0 or more)");
        }
    }

    /**
     * The rate of a step.
     *
     * @param step the number of steps before it, from 0
     */
    public double at(long step) {
        if (step < warmupSteps) {
            return peak * step / warmupSteps;
        }
        double progress = (double) (step - warmupSteps) / Math.max(1, totalSteps - warmupSteps);
        return switch (schedule) {
            case CONSTANT -> peak;
            case LINEAR -> fallen(Math.max(0, 1 - progress));
            case COSINE -> fallen(0.5 * (1 + Math.cos(Math.PI * Math.min(1, progress))));
        };
    }

    /** The rate where this share of the way down is left. */
    private double fallen(double left) {
        return minimum + (peak - minimum) * left;
    }
}
