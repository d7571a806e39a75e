// SPDX-License-Identifier: Apache-2.0

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.vireo.tensor.Precision;
import dev.vireo.tensor.Tensors;
import java.util.Locale;

/** The rate of a large square multiply on -Dvireo.device, in bf16 and fp32: what a step's rate is measured against. */
public final class Multiply {
    public static void main(String[] arguments) {
        Device device = Device.fromName(System.getProperty("vireo.device", "cpu"));
        int side = device.isGpu() ? 8192 : 2048;
        try (NDManager scope = NDManager.newBaseManager(device, "PyTorch");
                Tensors tensors = new Tensors(device)) {
            for (Precision precision : Precision.values()) {
                NDArray a = tensors.cast(scope, scope.randomUniform(-1, 1, new Shape(side, side)), precision);
                seconds(tensors, scope, a, 5);
                double seconds = seconds(tensors, scope, a, 20) / 20;
                double rate = 2.0 * side * side * side / seconds;
                System.out.printf(
                        Locale.ROOT,
                        "multiply %s, %d square: %.2f TFLOP/s%n",
                        precision.name().toLowerCase(Locale.ROOT),
                        side,
                        rate / 1e12);
            }
        }
    }

    private static double seconds(Tensors tensors, NDManager scope, NDArray a, int times) {
        long start = System.nanoTime();
        NDArray product = null;
        for (int i = 0; i < times; i++) {
            if (product != null) {
                product.close();
            }
            product = a.matMul(a);
        }
        // Reading a number waits for all that was asked before.
        try (NDArray number = tensors.float32(scope, product)) {
            number.get("0:1,0:1").toFloatArray();
        }
        product.close();
        return (System.nanoTime() - start) / 1e9;
    }
}
