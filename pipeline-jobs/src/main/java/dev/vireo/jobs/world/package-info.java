// SPDX-License-Identifier: Apache-2.0
/**
 * The built-in world: pictures of shapes and of small bar charts, questions about them, right answers and plausible
 * hallucinated ones, as a function of a seed. May import {@code jobs.config}, {@code jobs.runtime} and {@code jobs.storage}.
 */
@NullMarked
package dev.vireo.jobs.world;

import org.jspecify.annotations.NullMarked;
