// SPDX-License-Identifier: Apache-2.0
package dev.vireo.checkpoint;

import java.util.List;

/**
 * What a file says of one tensor.
 *
 * @param name the tensor's name
 * @param type the element type
 * @param shape the length of each dimension, outermost first; empty for a scalar
 */
public record TensorInfo(String name, StoredType type, List<Long> shape) {
    public TensorInfo {
        shape = List.copyOf(shape);
        for (long length : shape) {
            if (length < 0) {
                throw new IllegalArgumentException(
                        "Invalid shape of " + name + ": " + shape + " (expected none below 0)");
            }
        }
    }

    /** The number of elements.
     *
     * @throws ArithmeticException if it exceeds a long
     */
    public long elements() {
        long elements = 1;
        for (long length : shape) {
            elements = Math.multiplyExact(elements, length);
        }
        return elements;
    }

    /** The size of the tensor's data in bytes.
     *
     * @throws ArithmeticException if it exceeds a long
     */
    public long sizeBytes() {
        return Math.multiplyExact(elements(), type.elementBytes());
    }

    /** The same tensor under another name. */
    public TensorInfo named(String newName) {
        return new TensorInfo(newName, type, shape);
    }
}
