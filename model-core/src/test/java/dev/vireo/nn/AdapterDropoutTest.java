// SPDX-License-Identifier: Apache-2.0
package dev.vireo.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.vireo.TestDevice;
import dev.vireo.tensor.Script;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AdapterDropoutTest {
    private static final double PROBABILITY = 0.2;
    private static final int ROWS = 400;
    private static final int COLUMNS = 100;

    /** Four standard deviations of the share of dropped elements. */
    private static final double SHARE = 4 * Math.sqrt(PROBABILITY * (1 - PROBABILITY) / (ROWS * COLUMNS));

    @Test
    void dropsThatShareAndScalesTheRest() {
        float[] ones = dropped(3, 1);
        int zeros = 0;
        for (float value : ones) {
            assertThat(value == 0 || Math.abs(value - 1.25) < 1e-6).isTrue();
            zeros += value == 0 ? 1 : 0;
        }
        assertThat((double) zeros / ones.length).isCloseTo(PROBABILITY, within(SHARE));
    }

    @Test
    void theMaskIsAFunctionOfSeedAndDraw() {
        assertThat(dropped(3, 1)).isEqualTo(dropped(3, 1));
        assertIndependent(dropped(3, 1), dropped(3, 2));
        assertIndependent(dropped(3, 1), dropped(4, 1));
    }

    /** Two independent masks both drop an element with probability p^2. */
    private static void assertIndependent(float[] a, float[] b) {
        int both = 0;
        for (int i = 0; i < a.length; i++) {
            both += a[i] == 0 && b[i] == 0 ? 1 : 0;
        }
        double expected = PROBABILITY * PROBABILITY;
        double deviation = Math.sqrt(expected * (1 - expected) / a.length);
        assertThat((double) both / a.length).isCloseTo(expected, within(4 * deviation));
    }

    private static float[] dropped(long seed, long draw) {
        try (NDManager scope = NDManager.newBaseManager(TestDevice.get(), "PyTorch");
                Script script = Script.load(TestDevice.get(), Block.class, Map.of(), "Linear.py", "DropoutProbe.py")) {
            NDArray value = scope.zeros(new Shape(4));
            new AdapterDropout(value, 2, PROBABILITY, seed).redraw(draw);
            NDList inputs = new NDList(scope.ones(new Shape(ROWS, COLUMNS)), value);
            return script.call(scope, "forward", inputs, new NDList(scope.zeros(new Shape(0))))
                    .get(0)
                    .toFloatArray();
        }
    }
}
