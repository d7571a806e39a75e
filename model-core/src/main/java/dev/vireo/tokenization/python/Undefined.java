// SPDX-License-Identifier: Apache-2.0
package dev.vireo.tokenization.python;

/**
 * Jinja's default {@code Undefined}: prints nothing, is false and empty, and fails when anything is asked of it.
 *
 * @param reason why the value is undefined
 */
public record Undefined(String reason) {

    /** A name that no scope holds. */
    public static Undefined name(String name) {
        return new Undefined("'" + name + "' is undefined");
    }

    /** The error of using this value. */
    public PythonException failure() {
        return PythonException.raised(reason);
    }
}
