// SPDX-License-Identifier: Apache-2.0
/**
 * The whole way once, on the built-in world: every step is the job that a user would run. May import every other package of
 * jobs; nothing imports it.
 */
@NullMarked
package dev.vireo.jobs.demo;

import org.jspecify.annotations.NullMarked;
