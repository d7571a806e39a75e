// SPDX-License-Identifier: Apache-2.0
/**
 * What a run leaves for people: {@code metrics.jsonl}, TensorBoard's event files, and the page {@code report.html}. Knows
 * numbers and words, no models; imports {@code storage} only.
 */
@NullMarked
package dev.vireo.jobs.report;

import org.jspecify.annotations.NullMarked;
