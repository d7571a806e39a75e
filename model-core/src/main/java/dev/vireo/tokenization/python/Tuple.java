// SPDX-License-Identifier: Apache-2.0
package dev.vireo.tokenization.python;

import java.util.List;

/** Python's {@code tuple}. */
public record Tuple(List<Object> items) {
    public Tuple {
        items = List.copyOf(items);
    }

    /** A tuple of these values. */
    public static Tuple of(Object... items) {
        return new Tuple(List.of(items));
    }
}
