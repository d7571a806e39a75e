// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.demo;

import java.util.Locale;

/** How many of how many, with Wilson's 95 % confidence interval. */
record Proportion(long hits, long of) {
    private static final double Z = 1.959963984540054;

    double value() {
        return of == 0 ? Double.NaN : (double) hits / of;
    }

    double low() {
        return center() - reach();
    }

    double high() {
        return center() + reach();
    }

    private double center() {
        return (value() + Z * Z / (2 * of)) / (1 + Z * Z / of);
    }

    private double reach() {
        double p = value();
        return Z / (1 + Z * Z / of) * Math.sqrt(p * (1 - p) / of + Z * Z / (4.0 * of * of));
    }

    /** Per cent with the interval. */
    String text() {
        return String.format(Locale.ROOT, "%.1f %% [%.1f, %.1f]", 100 * value(), 100 * low(), 100 * high());
    }
}
