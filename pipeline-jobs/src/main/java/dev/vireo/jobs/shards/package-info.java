// SPDX-License-Identifier: Apache-2.0
/**
 * Prepared rows on disk: Arrow files and the manifest that names them, written a shard at a time, read by row number.
 * Imports {@code jobs.config} and {@code jobs.storage}, and rows and pictures of model-core; knows no job.
 */
@NullMarked
package dev.vireo.jobs.shards;

import org.jspecify.annotations.NullMarked;
