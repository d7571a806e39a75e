// SPDX-License-Identifier: Apache-2.0
package dev.vireo.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.vireo.TestDevice;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("gpu")
class TensorsTest {
    private final Tensors tensors = new Tensors(TestDevice.get());

    @Test
    void bfloat16GoesThereAndBack() {
        try (NDManager scope = NDManager.newBaseManager(TestDevice.get(), "PyTorch")) {
            NDArray x = scope.create(new float[] {1f, 1.00390625f, -3.5f});
            NDArray back = tensors.float32(scope, tensors.cast(scope, x, Precision.BF16));
            assertThat(back.toFloatArray()).containsExactly(1f, 1f, -3.5f);
        }
    }

    @Test
    void storedBytesAreSeenWithoutACopyOnTheHostAndWrittenBack() {
        ByteBuffer bytes = ByteBuffer.allocateDirect(24).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < 6; i++) {
            bytes.putFloat(4 * i, i);
        }
        try (NDManager scope = NDManager.newBaseManager(TestDevice.get(), "PyTorch")) {
            NDArray view = tensors.view(scope, bytes, ElementType.FLOAT32, 2, 3);
            assertThat(view.getShape()).isEqualTo(new Shape(2, 3));
            assertThat(view.toFloatArray()).containsExactly(0, 1, 2, 3, 4, 5);
            bytes.putFloat(20, 9);
            assertThat(view.toFloatArray()[5]).isEqualTo(TestDevice.get().isGpu() ? 5 : 9);
            assertThat(tensors.bytes(scope, view)).hasSize(24);
        }
    }

    @Test
    void whatScriptsReadOneByOneIsOnTheHostAndUploadsAreOnTheDevice() {
        ByteBuffer bytes =
                ByteBuffer.allocateDirect(3).put(new byte[] {1, 2, 3}).flip();
        try (NDManager scope = NDManager.newBaseManager(TestDevice.get(), "PyTorch")) {
            NDArray numbers = Tensors.host(scope, new long[] {4, 5});
            assertThat(numbers.getDevice().isGpu()).isFalse();
            assertThat(numbers.getManager()).isSameAs(scope);
            NDArray uploaded = tensors.upload(scope, bytes, new Shape(3));
            assertThat(uploaded.getDevice()).isEqualTo(TestDevice.get());
            assertThat(uploaded.toByteArray()).containsExactly(1, 2, 3);
        }
    }

    @Test
    void gradientsByRecomputingEqualThoseOfTheKeptGraph() {
        try (NDManager scope = NDManager.newBaseManager(TestDevice.get(), "PyTorch");
                Script script = Script.load(TestDevice.get(), TensorsTest.class, Map.of("scale", 3.0), "Cube.py")) {
            NDArray x = scope.create(new float[] {1, 2});
            NDArray w = scope.create(new float[] {5, 7});
            NDArray wants = Tensors.host(scope, new long[] {1, 1});
            NDArray gy = scope.create(new float[] {1, 10});
            NDList kept = script.callRecording(scope, "keep", new NDList(wants, x), new NDList(w));
            assertThat(kept.get(0).toFloatArray()).containsExactly(15, 168);
            NDList pulled = script.callRecording(
                    scope, "pull", new NDList(gy, kept.get(0), kept.get(1), kept.get(2)), new NDList(w));
            NDList again = script.callRecording(scope, "vjp", new NDList(gy, wants, x), new NDList(w));
            for (NDList gradients : new NDList[] {pulled, again}) {
                assertThat(gradients.get(0).toFloatArray()).containsExactly(45, 2520);
                assertThat(gradients.get(1).toFloatArray()).containsExactly(3, 240);
            }
        }
    }

    @Test
    void aFaultInASourceIsReportedWithItsLine() {
        assertThatThrownBy(() -> Script.load(TestDevice.get(), TensorsTest.class, Map.of(), "Broken.py"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("Cannot compile Broken.py")
                .hasMessageContaining("no_such_operator");
    }
}
