// SPDX-License-Identifier: Apache-2.0
/**
 * Which rows are kept, decided with Spark SQL over a light table of them ({@link dev.vireo.jobs.select.Candidates}): hashes and lengths, no
 * pixels and no texts. One class a rule; imports {@code jobs.config}.
 */
@NullMarked
package dev.vireo.jobs.select;

import org.jspecify.annotations.NullMarked;
