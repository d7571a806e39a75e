// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.world;

import java.awt.Color;
import java.util.Locale;

/** A color of the world. */
enum Hue {
    RED(0xd62828),
    GREEN(0x2a9d3a),
    BLUE(0x2450c8),
    YELLOW(0xf2c714),
    PURPLE(0x8b2fc9),
    ORANGE(0xf77f00);

    private final Color color;

    Hue(int rgb) {
        this.color = new Color(rgb);
    }

    Color color() {
        return color;
    }

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
