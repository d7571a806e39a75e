// SPDX-License-Identifier: Apache-2.0
package dev.vireo.nn;

import ai.djl.ndarray.NDArray;

/** Receives a block's gradients as soon as they exist, while the blocks below still compute. */
@FunctionalInterface
public interface GradientSink {
    /** @param gradient of the parameter's shape, in the type it computes in; closed by the caller afterwards */
    void accept(Parameter parameter, NDArray gradient);

    /** Says that no further gradient of the parameter comes from this chain. */
    default void complete(Parameter parameter) {}
}
