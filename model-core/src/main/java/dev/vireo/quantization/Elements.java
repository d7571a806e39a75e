// SPDX-License-Identifier: Apache-2.0
package dev.vireo.quantization;

/** A weight's elements as float32, in their order in memory, each brought once. */
@FunctionalInterface
public interface Elements {
    /** Brings the next {@code count} elements into the beginning of {@code target}. */
    void next(float[] target, int count);
}
