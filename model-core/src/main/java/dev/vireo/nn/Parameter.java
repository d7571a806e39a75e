// SPDX-License-Identifier: Apache-2.0
package dev.vireo.nn;

import ai.djl.ndarray.NDArray;

/**
 * A named tensor of a block. A frozen one is only read. A trainable one has a float32 {@link #master} that the optimizer
 * writes, and {@link #value}, what the block computes with: the same array, or its copy in a narrower type.
 */
public final class Parameter {
    private final String name;
    private final NDArray value;
    private final NDArray master;
    private final boolean trainable;

    private Parameter(String name, NDArray value, NDArray master, boolean trainable) {
        this.name = name;
        this.value = value;
        this.master = master;
        this.trainable = trainable;
    }

    public static Parameter frozen(String name, NDArray value) {
        return new Parameter(name, value, value, false);
    }

    /**
     * @param value what the block computes with; the same array as {@code master} where the types agree
     * @param master float32
     */
    public static Parameter trainable(String name, NDArray value, NDArray master) {
        return new Parameter(name, value, master, true);
    }

    /** Its name in the checkpoint, {@code model.language_model.layers.0.self_attn.q_proj.weight} say. */
    public String name() {
        return name;
    }

    public NDArray value() {
        return value;
    }

    public NDArray master() {
        return master;
    }

    public boolean trainable() {
        return trainable;
    }

    /** Number of elements. */
    public long size() {
        return master.size();
    }
}
