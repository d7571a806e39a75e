// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.workers;

import java.io.Serializable;
import java.util.Locale;

/**
 * Rows cut into parts, each the work of one task. It depends on the rows alone, never on the cluster, so that a run is resumed
 * and repeated on another one with the same parts.
 *
 * @param rows of all parts
 * @param partRows of each part but the last
 */
public record PartPlan(int rows, int partRows) implements Serializable {
    private static final int WANTED_PARTS = 64;

    public PartPlan {
        if (rows < 0 || partRows < 1) {
            throw new IllegalArgumentException("Cannot cut " + rows + " rows into parts of " + partRows);
        }
    }

    /**
     * Parts that hold whole groups.
     *
     * @param groupRows rows that are computed together
     * @param largestPartRows more rows make more parts; fewer make smaller ones
     */
    public static PartPlan of(int rows, int groupRows, int largestPartRows) {
        int wanted = Math.min(largestPartRows, (rows + WANTED_PARTS - 1) / WANTED_PARTS);
        int groups = Math.max(1, (wanted + groupRows - 1) / groupRows);
        return new PartPlan(rows, Math.multiplyExact(groups, groupRows));
    }

    /** How many parts there are. */
    public int parts() {
        return (int) (((long) rows + partRows - 1) / partRows);
    }

    /** A part's first row. */
    public int first(int part) {
        return part * partRows;
    }

    /** The row after a part's last. */
    public int end(int part) {
        return (int) Math.min(rows, (long) (part + 1) * partRows);
    }

    static String name(int part) {
        return String.format(Locale.ROOT, "part-%05d", part);
    }
}
