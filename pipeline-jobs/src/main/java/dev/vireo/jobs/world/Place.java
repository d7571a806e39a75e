// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.world;

import java.util.Locale;

/** A cell of the three by three grid, in reading order. */
enum Place {
    TOP_LEFT,
    TOP,
    TOP_RIGHT,
    LEFT,
    CENTER,
    RIGHT,
    BOTTOM_LEFT,
    BOTTOM,
    BOTTOM_RIGHT;

    static final int SIDE = 3;

    int row() {
        return ordinal() / SIDE;
    }

    int column() {
        return ordinal() % SIDE;
    }

    String words() {
        return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
