// SPDX-License-Identifier: Apache-2.0
/**
 * What a run will need, before anything is launched: memory, operations and time, from a model's configuration alone. Imports
 * {@code model}, {@code adapter}, {@code nn}, {@code checkpoint}, {@code quantization} and {@code tensor}.
 */
@NullMarked
package dev.vireo.planning;

import org.jspecify.annotations.NullMarked;
