// SPDX-License-Identifier: Apache-2.0
package dev.vireo.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import dev.vireo.tensor.Tensors;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.Consumer;

/** Float32 tensors as the bytes that an exchange reads and writes: in place on a CPU, by way of the host on another device. */
final class HostMemory {
    private HostMemory() {}

    /**
     * Changes a tensor's values as bytes.
     *
     * @param values float32, contiguous, below 2^29 elements
     * @param work reads and writes little-endian values between position and limit
     */
    static void change(Tensors tensors, NDArray values, Consumer<ByteBuffer> work) {
        ByteBuffer bytes = values.toByteBuffer(true).order(ByteOrder.LITTLE_ENDIAN);
        work.accept(bytes);
        if (!bytes.isDirect() || tensors.device().isGpu()) {
            try (NDManager scope = values.getManager().newSubManager()) {
                NDArray changed = scope.create(bytes.rewind(), values.getShape(), DataType.FLOAT32);
                tensors.assign(scope, values, changed);
            }
        }
    }
}
