// SPDX-License-Identifier: Apache-2.0
package dev.vireo.planning;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.vireo.tensor.Precision;
import dev.vireo.tensor.Script;
import dev.vireo.tensor.Tensors;
import java.util.Map;

/** How fast a device multiplies large matrices. */
public final class MultiplyRate {
    private static final int ROWS = 1024;
    private static final int WIDTH = 4096;
    private static final int RUNS = 3;

    private MultiplyRate() {}

    /** Floating-point operations a second: the best of a few products [1024, 4096] x [4096, 4096]; takes about a second on a CPU. */
    public static double measure(Device device, Precision precision) {
        try (Tensors tensors = new Tensors(device);
                NDManager scope = NDManager.newBaseManager(device, "PyTorch");
                Script script = Script.load(device, MultiplyRate.class, Map.of(), "Multiply.py")) {
            NDArray a = tensors.cast(scope, scope.randomNormal(new Shape(ROWS, WIDTH)), precision);
            NDArray b = tensors.cast(scope, scope.randomNormal(new Shape(WIDTH, WIDTH)), precision);
            double best = 0;
            for (int run = 0; run <= RUNS; run++) {
                long start = System.nanoTime();
                try (NDArray product = script.call(scope, "multiply", new NDList(a, b), tensors.noParameters())
                                .get(0);
                        NDArray one = tensors.float32(scope, product);
                        NDArray sum = one.sum()) {
                    sum.getFloat(); // waits for the device
                }
                double seconds = (System.nanoTime() - start) / 1e9;
                best = run == 0 ? 0 : Math.max(best, 2.0 * ROWS * WIDTH * WIDTH / seconds);
            }
            return best;
        }
    }
}
