// SPDX-License-Identifier: Apache-2.0
/**
 * The {@code generate} job: answers of a model to the questions of prepared rows, and preference pairs of those that the model
 * itself finds better and worse.
 */
@NullMarked
package dev.vireo.jobs.generate;

import org.jspecify.annotations.NullMarked;
