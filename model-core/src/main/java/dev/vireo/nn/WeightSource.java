// SPDX-License-Identifier: Apache-2.0
package dev.vireo.nn;

/** Where a builder takes a model's weights from; each call claims one weight. */
public interface WeightSource {
    /**
     * @param name canonical name
     * @param shape expected shape
     * @throws RuntimeException naming the weight if it is missing or of another shape
     */
    Parameter take(String name, long... shape);
}
