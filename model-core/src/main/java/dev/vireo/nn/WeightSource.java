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

    /** The weight [outFeatures, inFeatures] of a linear module, which a source may hold quantized. */
    default LinearWeight takeLinear(String name, long outFeatures, long inFeatures) {
        return new LinearWeight(take(name, outFeatures, inFeatures), null, null);
    }
}
