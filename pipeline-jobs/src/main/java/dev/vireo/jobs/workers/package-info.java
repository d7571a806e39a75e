// SPDX-License-Identifier: Apache-2.0
/**
 * How jobs run a model over rows on Spark: models that tasks of a JVM share, parts of rows whose output counts once, and the
 * Parquet files they write. Imports {@code jobs.config}, {@code jobs.storage}, {@code jobs.runtime} and {@code jobs.shards};
 * knows no job.
 */
@NullMarked
package dev.vireo.jobs.workers;

import org.jspecify.annotations.NullMarked;
