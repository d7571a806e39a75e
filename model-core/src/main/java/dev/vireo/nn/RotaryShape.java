// SPDX-License-Identifier: Apache-2.0
package dev.vireo.nn;

/**
 * Rotary positions of a decoder's heads (Su et al. 2021, arXiv 2104.09864), stretched for longer sequences than the model was
 * trained on at first.
 *
 * @param headWidth of a head
 * @param theta the base of the wave lengths, which are 2 pi theta^(2 i / headWidth) positions
 * @param factor by which wave lengths grow; 1 where nothing is stretched
 * @param low with {@code original} > 0: wave lengths beyond {@code original / low} grow by the factor
 * @param high those below {@code original / high} stay, those between grow by less
 * @param original the positions of the first training; 0 where all wave lengths grow alike
 */
public record RotaryShape(int headWidth, double theta, double factor, double low, double high, long original) {
    /** All wave lengths grow by the factor. */
    public static RotaryShape linear(int headWidth, double theta, double factor) {
        return new RotaryShape(headWidth, theta, factor, 1, 1, 0);
    }
}
