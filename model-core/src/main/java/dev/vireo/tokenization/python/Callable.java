// SPDX-License-Identifier: Apache-2.0
package dev.vireo.tokenization.python;

/** What a template may call: a global function, a method of a value, or a macro. */
@FunctionalInterface
public interface Callable {

    /** The function's value. */
    Object call(Arguments arguments);
}
