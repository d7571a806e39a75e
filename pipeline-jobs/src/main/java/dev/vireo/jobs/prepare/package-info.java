// SPDX-License-Identifier: Apache-2.0
/**
 * The {@code prepare} job: Parquet as published becomes shards of token ids and tiles, with every row that cannot be used
 * listed. Imports {@code jobs.schema}, {@code jobs.shards} and what is below them.
 */
@NullMarked
package dev.vireo.jobs.prepare;

import org.jspecify.annotations.NullMarked;
