// SPDX-License-Identifier: Apache-2.0
package dev.vireo.nn;

import java.util.Arrays;

/** Activations, by the names that {@code config.json} uses. */
public enum Activation {
    GELU("gelu"),
    QUICK_GELU("quick_gelu"),
    SILU("silu"),
    GELU_TANH("gelu_pytorch_tanh");

    private final String label;

    Activation(String label) {
        this.label = label;
    }

    /** @throws IllegalArgumentException naming the activations that there are */
    public static Activation of(String label) {
        return Arrays.stream(values())
                .filter(a -> a.label.equals(label))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("Cannot build activation " + label
                        + " (expected one of gelu, quick_gelu, silu, gelu_pytorch_tanh)"));
    }

    /** The name in {@code config.json}. */
    public String label() {
        return label;
    }

    int code() {
        return ordinal();
    }
}
