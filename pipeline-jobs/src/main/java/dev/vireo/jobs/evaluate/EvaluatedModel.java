// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.evaluate;

import org.jspecify.annotations.Nullable;

/**
 * One of the models that are compared.
 *
 * @param name in tables
 * @param model directory of the base model
 * @param adapter directory; null for the base alone
 */
record EvaluatedModel(String name, String model, @Nullable String adapter) {
    static final String BASE = "base";

    boolean isBase() {
        return adapter == null;
    }

    /** The directory that makes this model what it is. */
    String directory() {
        return adapter == null ? model : adapter;
    }
}
