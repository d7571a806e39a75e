// SPDX-License-Identifier: Apache-2.0
package dev.vireo.objective;

import java.io.Serializable;

/**
 * What may be added to DPO; {@link #NONE} is DPO as published.
 *
 * @param divergence {@code train.dpo.f-divergence}
 * @param alpha of the alpha-divergence: {@code train.dpo.f-alpha}
 * @param labelSmoothing share of labels taken for wrong: {@code train.label-smoothing}
 * @param discopopTau {@code train.dpo.discopop-tau}
 * @param lengthAlpha weight of an answer's tokens beyond the length of the shorter one (LD-DPO, Liu et al. 2024, arXiv 2409.06411);
 *     1 weighs all alike: {@code train.dpo.ld-alpha}
 * @param weighting {@code train.dpo.weighting}
 * @param likelihood weight of the chosen answers' negative log-likelihood (RPO, Pang et al. 2024, arXiv 2404.19733), which is never
 *     weighted by pairs: {@code train.dpo.rpo-alpha}
 */
public record DpoOptions(
        Divergence divergence,
        double alpha,
        double labelSmoothing,
        double discopopTau,
        double lengthAlpha,
        Weighting weighting,
        double likelihood)
        implements Serializable {
    /** No addition. */
    public static final DpoOptions NONE = new DpoOptions(Divergence.REVERSE_KL, 0.5, 0, 0.05, 1, Weighting.NONE, 0);

    /** What a pair weighs. */
    public enum Weighting {
        /** As much as any other. */
        NONE,
        /** As much as the policy finds it likely (Zhou et al. 2024, arXiv 2406.11827). */
        WPO
    }

    public DpoOptions {
        requireRange(
                "train.label-smoothing", labelSmoothing, labelSmoothing >= 0 && labelSmoothing < 0.5, ">= 0 and < 0.5");
        requireRange("train.dpo.discopop-tau", discopopTau, discopopTau > 0, "> 0");
        requireRange("train.dpo.ld-alpha", lengthAlpha, lengthAlpha >= 0 && lengthAlpha <= 1, ">= 0 and <= 1");
        requireRange("train.dpo.rpo-alpha", likelihood, likelihood >= 0, ">= 0");
    }

    static void requireRange(String key, double value, boolean inside, String expected) {
        if (!inside) {
            throw new IllegalArgumentException("Invalid " + key + ": " + value + " (expected " + expected + ")");
        }
    }
}
