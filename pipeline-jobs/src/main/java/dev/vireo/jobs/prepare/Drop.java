// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.prepare;

import java.io.Serializable;

/**
 * A row that is not kept.
 *
 * @param place of the row
 * @param range number of the range that holds it
 * @param reason the rule, a colon, and particulars
 */
record Drop(RowPlace place, int range, String reason) implements Serializable {}
