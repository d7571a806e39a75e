// SPDX-License-Identifier: Apache-2.0
package dev.vireo.training;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.vireo.nn.Parameter;
import dev.vireo.tensor.Script;
import dev.vireo.tensor.Tensors;
import dev.vireo.training.FlatParameters.Masters;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What a step of AdamW takes with float32 and with 8-bit moments, in turns: Moments PARAMETERS STEPS THREADS. The first step of each is not counted. */
public final class Moments {
    public static void main(String[] arguments) {
        long size = Long.parseLong(arguments[0]);
        int steps = Integer.parseInt(arguments[1]);
        Script.useThreads(Integer.parseInt(arguments[2]));
        AdamWSettings.Moments[] held = AdamWSettings.Moments.values();
        double[][] nanos = new double[held.length][steps];
        try (Tensors tensors = new Tensors(Device.cpu());
                NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch");
                FlatParameters flat = flat(manager, size, tensors);
                AdamW single = new AdamW(flat, settings(AdamWSettings.Moments.SINGLE), tensors);
                AdamW eight = new AdamW(flat, settings(AdamWSettings.Moments.EIGHT_BIT), tensors)) {
            NDArray gradient = manager.randomNormal(new Shape(flat.elements()));
            for (int step = -1; step < steps; step++) {
                for (AdamWSettings.Moments each : held) {
                    long start = System.nanoTime();
                    (each == AdamWSettings.Moments.SINGLE ? single : eight).step(gradient, 1e-4);
                    if (step >= 0) {
                        nanos[each.ordinal()][step] = System.nanoTime() - start;
                    }
                }
            }
        }
        for (AdamWSettings.Moments each : held) {
            double[] sorted = nanos[each.ordinal()];
            Arrays.sort(sorted);
            System.out.printf(
                    Locale.ROOT,
                    "%s: %.2f ns a parameter at the median, %.2f at best%n",
                    each == AdamWSettings.Moments.SINGLE ? "float32 moments" : "8-bit moments",
                    sorted[steps / 2] / size,
                    sorted[0] / size);
        }
    }

    private static FlatParameters flat(NDManager manager, long size, Tensors tensors) {
        NDArray weights = manager.randomNormal(new Shape(size));
        return new FlatParameters(List.of(Parameter.trainable("weights", weights, weights)), Masters.SINGLE, tensors);
    }

    private static AdamWSettings settings(AdamWSettings.Moments held) {
        return new AdamWSettings(0.9, 0.999, 1e-8, 0.01, 0).with(1, held);
    }
}
