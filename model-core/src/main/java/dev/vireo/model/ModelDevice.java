// SPDX-License-Identifier: Apache-2.0
package dev.vireo.model;

import ai.djl.ndarray.NDManager;
import dev.vireo.nn.Blocks;
import dev.vireo.tensor.Precision;
import dev.vireo.tensor.Tensors;
import java.util.List;

/**
 * Where a model computes and in what type.
 *
 * @param manager owns the model's own tensors
 */
public record ModelDevice(Tensors tensors, Blocks blocks, NDManager manager, Precision precision)
        implements AutoCloseable {
    /** On a device, with fresh scripts. */
    public static ModelDevice on(ai.djl.Device device, Precision precision) {
        return new ModelDevice(
                new Tensors(device), new Blocks(device), NDManager.newBaseManager(device, "PyTorch"), precision);
    }

    @Override
    public void close() {
        blocks.close();
        manager.close();
        tensors.close();
    }

    /** Closes every resource, the later ones too when an earlier one fails. */
    static void closeAll(List<? extends AutoCloseable> resources) {
        RuntimeException failure = null;
        for (AutoCloseable resource : resources) {
            try {
                resource.close();
            } catch (Exception e) {
                if (failure == null) {
                    failure = new IllegalStateException("Cannot close the model: " + e.getMessage(), e);
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
