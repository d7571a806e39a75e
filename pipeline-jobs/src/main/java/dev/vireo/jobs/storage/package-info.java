// SPDX-License-Identifier: Apache-2.0
/**
 * Files and directories on any Hadoop file system: atomic writes, exclusive creates, output directories that know
 * whether they are finished, local copies of models. Knows settings and nothing else of ours.
 */
@NullMarked
package dev.vireo.jobs.storage;

import org.jspecify.annotations.NullMarked;
