// SPDX-License-Identifier: Apache-2.0
package dev.vireo.tokenization.python;

/** Python's {@code None}. */
public enum None {
    NONE
}
