// SPDX-License-Identifier: Apache-2.0
package dev.vireo.tokenization.jinja;

import java.util.function.Consumer;

/** Something with a value. */
interface Expression {

    Object evaluate(Scope scope);

    /** Visits every name that the expression reads. */
    void names(Consumer<String> visitor);
}
