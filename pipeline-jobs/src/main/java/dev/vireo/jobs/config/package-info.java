// SPDX-License-Identifier: Apache-2.0
/**
 * Settings: HOCON files and {@code key=value} arguments become checked records, with all problems reported at once.
 * Knows no Spark, no Hadoop and no other package of ours.
 */
@NullMarked
package dev.vireo.jobs.config;

import org.jspecify.annotations.NullMarked;
