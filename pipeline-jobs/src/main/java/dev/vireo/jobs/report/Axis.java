// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * An axis from round number to round number.
 *
 * @param low first number
 * @param high last number
 * @param step between ticks
 */
record Axis(double low, double high, double step) {
    private static final int TICKS = 4;

    /** An axis that holds all values between {@code least} and {@code most}. */
    static Axis over(double least, double most) {
        double span = most - least;
        if (span < 1e-12 * Math.max(Math.abs(least), Math.abs(most)) || span == 0) {
            double around = least == 0 ? 1 : Math.abs(least) * 0.1;
            return over(least - around, most + around);
        }
        double step = round(span / TICKS);
        return new Axis(Math.floor(least / step + 1e-9) * step, Math.ceil(most / step - 1e-9) * step, step);
    }

    /** An axis whose first and last numbers are the values themselves: for steps. */
    static Axis exactly(double least, double most) {
        return most > least ? new Axis(least, most, round((most - least) / TICKS)) : new Axis(least - 1, least + 1, 1);
    }

    /** The least of 1, 2, 5 times a power of ten that is not below {@code step}. */
    private static double round(double step) {
        double power = Math.pow(10, Math.floor(Math.log10(step)));
        for (double factor : new double[] {1, 2, 5}) {
            if (factor * power >= step * (1 - 1e-9)) {
                return factor * power;
            }
        }
        return 10 * power;
    }

    List<Double> ticks() {
        List<Double> ticks = new ArrayList<>();
        long first = (long) Math.ceil(low / step - 1e-9);
        for (long i = first; i * step <= high + step * 1e-9; i++) {
            ticks.add(i * step);
        }
        return ticks;
    }

    /** Where a value lies between 0 and 1. */
    double place(double value) {
        return (value - low) / (high - low);
    }

    /** A tick's text: as many digits as tell it from its neighbour. */
    String label(double tick) {
        if (tick == 0) {
            return "0";
        }
        double size = Math.max(Math.abs(low), Math.abs(high));
        if (size >= 1e5 || size < 1e-3) {
            return String.format(Locale.ROOT, "%.1e", tick).replace("e-0", "e-").replace("e+0", "e");
        }
        int digits = Math.max(0, (int) -Math.floor(Math.log10(step) + 1e-9));
        return String.format(Locale.ROOT, "%." + digits + "f", tick);
    }
}
