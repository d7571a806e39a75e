// SPDX-License-Identifier: Apache-2.0
/**
 * Jobs on whole adapters: average, merge, inspect. Files in, files out; they start no Spark and run no model. Imports nothing of the
 * other jobs.
 */
@NullMarked
package dev.vireo.jobs.adapters;

import org.jspecify.annotations.NullMarked;
