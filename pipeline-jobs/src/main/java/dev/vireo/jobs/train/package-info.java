// SPDX-License-Identifier: Apache-2.0
/**
 * The {@code train} job. The driver cuts a run into segments, each a barrier job of some optimizer steps, and commits
 * checkpoints between them; workers keep their replica from segment to segment. A segment that fails is repeated from the
 * last commit, so a process that dies costs time and nothing else.
 */
@NullMarked
package dev.vireo.jobs.train;

import org.jspecify.annotations.NullMarked;
