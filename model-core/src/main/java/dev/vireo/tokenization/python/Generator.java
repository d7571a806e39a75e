// SPDX-License-Identifier: Apache-2.0
package dev.vireo.tokenization.python;

import java.util.Iterator;

/** What can be walked once, without a length: always true in a condition, and empty the second time. */
public final class Generator {
    private final Iterator<Object> items;

    public Generator(Iterator<Object> items) {
        this.items = items;
    }

    /** What is left of the values. */
    public Iterator<Object> items() {
        return items;
    }
}
