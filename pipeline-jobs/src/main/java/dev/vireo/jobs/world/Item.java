// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.world;

/** A shape of a color at a place. */
record Item(Figure figure, Hue hue, Place place) {
    /** Such as {@code red circle}. */
    String noun() {
        return hue.word() + " " + figure.word();
    }
}
