// SPDX-License-Identifier: Apache-2.0
package dev.vireo.nn;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.vireo.nn.Block.Weights;
import dev.vireo.tensor.Script;
import dev.vireo.tensor.Tensors;
import java.util.Map;

/** The lengths of the rows of linear modules' weights: where DoRA's magnitudes start. */
public final class WeightNorms implements AutoCloseable {
    private final Script script;

    public WeightNorms(Device device) {
        this.script = Script.load(device, WeightNorms.class, Map.of(), "Linear.py", "WeightNorms.py");
    }

    /** The 2-norms of the rows of a module's weight, float32 [out]. */
    public float[] of(NDManager scope, Block block, LinearModule module) {
        try (NDArray like = scope.zeros(new Shape(1, module.inFeatures()));
                NDArray slot = Tensors.host(scope, new long[] {module.slot()});
                NDArray norms = script.call(scope, "norms", new NDList(like, slot), block.values(Weights.BASE))
                        .get(0)) {
            return norms.toFloatArray();
        }
    }

    @Override
    public void close() {
        script.close();
    }
}
