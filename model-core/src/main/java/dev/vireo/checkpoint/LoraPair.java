// SPDX-License-Identifier: Apache-2.0
package dev.vireo.checkpoint;

/**
 * The two factors of one adapted module: its weight W becomes W + scale B A.
 *
 * @param a [R, in]
 * @param b [out, R]
 * @param alpha the numerator of the scale; see {@link PeftConfig#scale}
 */
public record LoraPair(HostTensor a, HostTensor b, double alpha) {
    public LoraPair {
        long[] down = a.shape();
        long[] up = b.shape();
        if (down.length != 2 || up.length != 2 || down[0] != up[1] || down[0] < 1) {
            throw new IllegalArgumentException("Cannot pair " + a + " with " + b
                    + " as LoRA factors: expected [R, in] and [out, R] with the same R above 0");
        }
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
