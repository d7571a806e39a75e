// SPDX-License-Identifier: Apache-2.0
/**
 * The {@code score} job: log-probabilities of both answers of every row, with a key that says what they belong to, so that
 * training can use them as its reference.
 */
@NullMarked
package dev.vireo.jobs.score;

import org.jspecify.annotations.NullMarked;
