// SPDX-License-Identifier: Apache-2.0
package dev.vireo.nn;

import ai.djl.ndarray.NDArray;
import org.jspecify.annotations.Nullable;

/**
 * The weight of a linear module as it is held; {@code Linear.py} gives the forms.
 *
 * @param weight W: a matrix in the model's type, or codes
 * @param scales Q of a quantized weight, else null
 * @param tables Z of a quantized weight whose codes stand for numbers of a table, else null
 */
public record LinearWeight(
        Parameter weight,
        @Nullable NDArray scales,
        @Nullable NDArray tables) {
    boolean isQuantized() {
        return scales != null;
    }
}
