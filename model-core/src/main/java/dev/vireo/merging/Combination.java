// SPDX-License-Identifier: Apache-2.0
package dev.vireo.merging;

/**
 * How several adapters become one. {@link #EXACT} is ours; the others are those of PEFT's {@code add_weighted_adapter} (0.21), with
 * its arithmetic. All results have scale 1.
 */
public enum Combination {
    /** A of all adapters below each other and w s B of all beside each other: B A is D, to float32's rounding. Ranks add up. */
    EXACT,
    /** The sums of sqrt(|w s|) A and of sqrt(|w s|) B: B A also has products of one adapter's B and another's A. The rank stays. */
    LINEAR,
    /** As {@link #EXACT}, with w and then s multiplied into A, each rounded to float32. Ranks add up. */
    CAT,
    /** The best approximation of D of a given rank: its largest singular values (Eckart and Young 1936). */
    SVD
}
