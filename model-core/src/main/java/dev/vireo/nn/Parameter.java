// SPDX-License-Identifier: Apache-2.0
package dev.vireo.nn;

import ai.djl.ndarray.NDArray;

/**
 * A named tensor of a block. A frozen one is only read. A trainable one has a {@link #master} that the optimizer writes, and
 * {@link #value}, what the block computes with. The master is float32, and the value the same array or its copy in a
 * narrower type; or both are one bfloat16 array.
 */
public final class Parameter {
    private final String name;
    private final NDArray value;
    private final NDArray master;
    private final Kind kind;

    private enum Kind {
        FROZEN,
        SINGLE,
        NARROW
    }

    private Parameter(String name, NDArray value, NDArray master, Kind kind) {
        this.name = name;
        this.value = value;
        this.master = master;
        this.kind = kind;
    }

    public static Parameter frozen(String name, NDArray value) {
        return new Parameter(name, value, value, Kind.FROZEN);
    }

    /**
     * @param value what the block computes with; the same array as {@code master} where the types agree
     * @param master float32
     */
    public static Parameter trainable(String name, NDArray value, NDArray master) {
        return new Parameter(name, value, master, Kind.SINGLE);
    }

    /** A parameter that is trained without a float32 master; {@code value} is bfloat16. */
    public static Parameter narrow(String name, NDArray value) {
        return new Parameter(name, value, value, Kind.NARROW);
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
        return kind != Kind.FROZEN;
    }

    /** Whether it is trained in bfloat16, without a float32 master. */
    public boolean isNarrow() {
        return kind == Kind.NARROW;
    }

    /** Number of elements. */
    public long size() {
        return master.size();
    }
}
