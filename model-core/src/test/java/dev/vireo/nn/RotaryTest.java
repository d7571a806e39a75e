// SPDX-License-Identifier: Apache-2.0
package dev.vireo.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import org.junit.jupiter.api.Test;

class RotaryTest {
    private static final int WIDTH = 8;
    private static final double THETA = 100;

    private static float[] cosines(RotaryShape shape, long... positions) {
        try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch");
                Blocks blocks = new Blocks(Device.cpu())) {
            NDList angles = blocks.rotary(shape)
                    .call(manager, "angles", new NDList(manager.create(positions)), new NDList(Block.absent(manager)));
            return angles.get(0).toFloatArray();
        }
    }

    @Test
    void aFactorTurnsAsManyPositionsAsLittle() {
        assertThat(cosines(RotaryShape.linear(WIDTH, THETA, 4), 4, 8, 400))
                .containsExactly(cosines(RotaryShape.linear(WIDTH, THETA, 1), 1, 2, 100), within(1e-5f));
    }

    @Test
    void onlyLongWavesGrow() {
        // Wave lengths: 6.3, 19.9, 62.8 and 199 positions; a quarter of 64 are 16, 64 are 64.
        float[] plain = cosines(RotaryShape.linear(WIDTH, THETA, 1), 10);
        float[] stretched = cosines(new RotaryShape(WIDTH, THETA, 8, 1, 4, 64), 10);
        assertThat(stretched[0]).isEqualTo(plain[0]);
        assertThat(stretched[3]).isEqualTo((float) Math.cos(10 * Math.pow(THETA, -6.0 / WIDTH) / 8), within(1e-6f));
        assertThat(stretched[1]).isGreaterThan(plain[1]);
    }
}
