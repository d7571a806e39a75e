// SPDX-License-Identifier: Apache-2.0
package dev.vireo.image;

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

    private final double radius;

    Filter(double radius) {
        this.radius = radius;
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
