// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.world;

import java.awt.Shape;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.util.Locale;

/** A kind of shape. */
enum Figure {
    CIRCLE,
    SQUARE,
    TRIANGLE,
    STAR;

    private static final int STAR_POINTS = 5;
    private static final double STAR_WAIST = 0.45;

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    String plural() {
        return word() + "s";
    }

    /** The outline around a center; {@code radius} in pixels. */
    Shape outline(double x, double y, double radius) {
        return switch (this) {
            case CIRCLE -> new Ellipse2D.Double(x - radius, y - radius, 2 * radius, 2 * radius);
            case SQUARE -> {
                double half = 0.88 * radius;
                yield new Rectangle2D.Double(x - half, y - half, 2 * half, 2 * half);
            }
            case TRIANGLE -> corners(x, y + 0.15 * radius, 3, radius, radius);
            case STAR -> corners(x, y, 2 * STAR_POINTS, radius, STAR_WAIST * radius);
        };
    }

    /** A closed line through corners at equal angles, from the top, whose distances alternate. */
    private static Shape corners(double x, double y, int count, double even, double odd) {
        Path2D path = new Path2D.Double();
        for (int i = 0; i < count; i++) {
            double angle = 2 * Math.PI * i / count;
            double radius = i % 2 == 0 ? even : odd;
            double px = x + radius * StrictMath.sin(angle);
            double py = y - radius * StrictMath.cos(angle);
            if (i == 0) {
                path.moveTo(px, py);
            } else {
                path.lineTo(px, py);
            }
        }
        path.closePath();
        return path;
    }
}
