// SPDX-License-Identifier: Apache-2.0
package dev.vireo.tokenization.python;

import java.util.List;

/** What {@code dict.items()}, {@code keys()} and {@code values()} return: it has a length and can be walked often, but not indexed. */
public record View(List<Object> items) {
    public View {
        items = List.copyOf(items);
    }
}
