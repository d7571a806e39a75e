// SPDX-License-Identifier: Apache-2.0
/**
 * The {@code plan} job: memory, time and cost of a recipe before anything is launched; {@code train} asks the same. May import
 * {@code config}, {@code storage}, {@code runtime}, {@code shards} and {@code workers}.
 */
@NullMarked
package dev.vireo.jobs.plan;

import org.jspecify.annotations.NullMarked;
