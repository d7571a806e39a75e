// SPDX-License-Identifier: Apache-2.0
/**
 * What a job sees while it runs: its arguments and settings, the console, Spark and the device. Knows no job.
 */
@NullMarked
package dev.vireo.jobs.runtime;

import org.jspecify.annotations.NullMarked;
