// SPDX-License-Identifier: Apache-2.0
package dev.vireo.checkpoint;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one adapted module has: its weight W becomes W + scale B A, whose rows DoRA gives the lengths of the magnitude.
 *
 * @param a [R, in]
 * @param b [out, R]
 * @param alpha the numerator of the scale; see {@link PeftConfig#scale}
 * @param magnitude [out], null without DoRA
 */
public record LoraPair(
        HostTensor a, HostTensor b, double alpha, @Nullable HostTensor magnitude) {
    public LoraPair {
        long[] down = a.shape();
        long[] up = b.shape();
        if (down.length != 2 || up.length != 2 || down[0] != up[1] || down[0] < 1) {
            throw new IllegalArgumentException("Cannot pair " + a + " with " + b
                    + " as LoRA factors: expected [R, in] and [out, R] with the same R above 0");
        }
        if (magnitude != null && !java.util.Arrays.equals(magnitude.shape(), new long[] {up[0]})) {
            throw new IllegalArgumentException(
                    "Cannot give " + b + " the magnitude " + magnitude + ": expected shape [" + up[0] + "]");
        }
    }

    /** Plain LoRA's two factors. */
    public LoraPair(HostTensor a, HostTensor b, double alpha) {
        this(a, b, alpha, null);
    }

    /** A, B, and the magnitude where there is one. */
    List<HostTensor> tensors() {
        return magnitude == null ? List.of(a, b) : List.of(a, b, magnitude);
    }

    /** Number of trained elements. */
    public long size() {
        return loraRank() * (inFeatures() + outFeatures()) + (magnitude == null ? 0 : outFeatures());
    }

    /** R. */
    public int loraRank() {
        return Math.toIntExact(a.shape()[0]);
    }

    public long inFeatures() {
        return a.shape()[1];
    }

    public long outFeatures() {
        return b.shape()[0];
    }
}
