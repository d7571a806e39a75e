// SPDX-License-Identifier: Apache-2.0
package dev.vireo.model;

import java.util.List;

/**
 * How uint8 pixels become the tower's input: {@code (x * rescale - mean) / std} for each of the three channels.
 *
 * @param rescale 1/255 as a rule
 */
public record PixelScale(double rescale, List<Double> mean, List<Double> std) {
    public PixelScale {
        mean = List.copyOf(mean);
        std = List.copyOf(std);
        if (mean.size() != 3 || std.size() != 3) {
            throw new IllegalArgumentException(
                    "Invalid image_mean or image_std: " + mean + ", " + std + " (expected three numbers each)");
        }
    }

    /** The mean in units of uint8 pixels, float32 for each channel. */
    public float[] scaledMean() {
        return scaled(mean);
    }

    /** The standard deviation in units of uint8 pixels. */
    public float[] scaledStd() {
        return scaled(std);
    }

    private float[] scaled(List<Double> values) {
        float[] scaled = new float[3];
        for (int channel = 0; channel < 3; channel++) {
            scaled[channel] = (float) (values.get(channel) / rescale);
        }
        return scaled;
    }
}
