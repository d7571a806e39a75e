// SPDX-License-Identifier: Apache-2.0
package dev.vireo.training;

/**
 * Settings of AdamW, of which the learning rate changes from step to step and is not one.
 *
 * @param beta1 decay of the first moment, {@code train.adam-beta1}
 * @param beta2 decay of the second moment, {@code train.adam-beta2}
 * @param epsilon {@code train.adam-epsilon}
 * @param weightDecay {@code train.weight-decay}; norms and biases are never decayed
 * @param maxGradNorm {@code train.max-grad-norm}: longer gradients are scaled down to it; 0 is no limit
 * @param plusRatio {@code train.lora.plus-ratio}: LoRA+'s learning rate of B and magnitudes over that of A (Hayou et al.
 *     2024, arXiv 2402.12354)
 * @param moments {@code train.optimizer-state}
 */
public record AdamWSettings(
        double beta1,
        double beta2,
        double epsilon,
        double weightDecay,
        double maxGradNorm,
        double plusRatio,
        Moments moments) {
    /** How the moments are held. */
    public enum Moments {
        /** float32: 8 bytes a parameter. */
        SINGLE,
        /** 8-bit codes in blocks of 256: 2 bytes a parameter. */
        EIGHT_BIT
    }

    public AdamWSettings {
        requireFraction("train.adam-beta1", beta1);
        requireFraction("train.adam-beta2", beta2);
        requireNotNegative("train.adam-epsilon", epsilon);
        requireNotNegative("train.weight-decay", weightDecay);
        requireNotNegative("train.max-grad-norm", maxGradNorm);
        if (!(plusRatio > 0)) {
            throw new IllegalArgumentException("Invalid train.lora.plus-ratio: " + plusRatio + " (expected above 0)");
        }
    }

    /** One learning rate for all, float32 moments. */
    public AdamWSettings(double beta1, double beta2, double epsilon, double weightDecay, double maxGradNorm) {
        this(beta1, beta2, epsilon, weightDecay, maxGradNorm, 1, Moments.SINGLE);
    }

    /** The same with another ratio and other moments. */
    public AdamWSettings with(double ratio, Moments held) {
        return new AdamWSettings(beta1, beta2, epsilon, weightDecay, maxGradNorm, ratio, held);
    }

    private static void requireFraction(String key, double value) {
        if (!(value >= 0 && value < 1)) {
            throw new IllegalArgumentException("Invalid " + key + ": " + value + " (expected 0 or more, below 1)");
        }
    }

    private static void requireNotNegative(String key, double value) {
        if (!(value >= 0)) {
            throw new IllegalArgumentException("Invalid " + key + ": " + value + " (expected 0 or more)");
        }
    }
}
