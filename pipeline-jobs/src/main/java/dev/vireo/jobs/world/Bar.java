// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.world;

/**
 * A bar of a chart.
 *
 * @param height in steps of the chart's scale, from 1
 */
record Bar(Hue hue, int height) {
    /** The tallest bar. */
    static final int HIGHEST = 6;

    /** Such as {@code red bar}. */
    String noun() {
        return hue.word() + " bar";
    }
}
