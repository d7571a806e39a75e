// SPDX-License-Identifier: Apache-2.0
package dev.vireo.image;

import java.util.List;

/** How the pixels around a place are weighed when a picture is resized. */
public enum Filter {
    /** A triangle. */
    BILINEAR(1) {
        @Override
        double at(double distance) {
            return Math.max(0, 1 - Math.abs(distance));
        }
    },
    /** A cubic convolution with a = -1/2. */
    BICUBIC(2) {
        @Override
        double at(double distance) {
            double x = Math.abs(distance);
            if (x < 1) {
                return ((A + 2) * x - (A + 3)) * x * x + 1;
            }
            return x < 2 ? (((x - 5) * x + 8) * x - 4) * A : 0;
        }
    },
    /** A cardinal sine, windowed by its own first lobe over three. */
    LANCZOS(3) {
        @Override
        double at(double distance) {
            return Math.abs(distance) < 3 ? sinc(distance) * sinc(distance / 3) : 0;
        }
    };

    private static final double A = -0.5;
    private static final List<Filter> BY_NUMBER = List.of(LANCZOS, BILINEAR, BICUBIC);

    private final double radius;

    Filter(double radius) {
        this.radius = radius;
    }

    /**
     * The filter of a number in {@code PIL.Image.Resampling}, which image processors' files call {@code resample}: 1 Lanczos,
     * 2 bilinear, 3 bicubic.
     */
    public static Filter ofPillow(int number) {
        if (number < 1 || number > BY_NUMBER.size()) {
            throw new IllegalArgumentException(
                    "Cannot resize with resample " + number + " (supported: 1 Lanczos, 2 bilinear, 3 bicubic)");
        }
        return BY_NUMBER.get(number - 1);
    }

    /** Distance from which on the weight is 0, in input pixels where the picture does not shrink. */
    double radius() {
        return radius;
    }

    /** The weight of a pixel at this distance, before weights are normalised. */
    abstract double at(double distance);

    private static double sinc(double x) {
        return x == 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
    }
}
