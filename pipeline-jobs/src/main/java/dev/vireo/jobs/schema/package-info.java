// SPDX-License-Identifier: Apache-2.0
/**
 * The column layouts of published data sets: which one a Parquet file has, and its records as conversations with images.
 * Imports {@code jobs.config}, {@code jobs.storage}, {@code jobs.shards} and {@code data}; knows neither tokens nor pixels.
 */
@NullMarked
package dev.vireo.jobs.schema;

import org.jspecify.annotations.NullMarked;
