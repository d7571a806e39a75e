// SPDX-License-Identifier: Apache-2.0
package dev.vireo.model.tiles;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.vireo.image.ProcessedImage;
import dev.vireo.model.ImagePacking;
import dev.vireo.model.ModelDevice;
import dev.vireo.nn.Block;
import dev.vireo.nn.BlockParameters;
import dev.vireo.tensor.Tensors;
import java.util.List;

/** An image's patches in their order, nothing between them. */
public final class FlatPacking implements ImagePacking {
    private final Block block;

    public FlatPacking(ModelDevice device) {
        var parameters = new BlockParameters(device.manager(), FlatPacking::none)
                .constant(device.manager().zeros(new ai.djl.ndarray.types.Shape(0)));
        block = device.blocks().block(FlatPacking.class, "image_features", parameters, 1, "FlatPacking.py");
    }

    private static dev.vireo.nn.Parameter none(String name, long... shape) {
        throw new IllegalStateException("Cannot take " + name + ": the layout of patches has no weights");
    }

    @Override
    public Block block() {
        return block;
    }

    @Override
    public NDArray layout(NDManager scope, List<ProcessedImage> images) {
        return Tensors.host(scope, new long[] {images.size()});
    }
}
