// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.evaluate;

/**
 * How many of how many, with the 95 % confidence interval of the share.
 *
 * @param hits at most {@code of}
 */
record Share(double hits, double of) {
    /** Standard normal quantile of 0.975. */
    private static final double Z = 1.959963984540054;

    double value() {
        return of == 0 ? Double.NaN : hits / of;
    }

    double low() {
        return centre() - reach();
    }

    double high() {
        return centre() + reach();
    }

    /** Wilson's score interval (1927): sensible for few rows and for shares near 0 and 1. */
    private double centre() {
        return (value() + Z * Z / (2 * of)) / (1 + Z * Z / of);
    }

    private double reach() {
        double p = value();
        return Z / (1 + Z * Z / of) * Math.sqrt(p * (1 - p) / of + Z * Z / (4 * of * of));
    }
}
