// SPDX-License-Identifier: Apache-2.0
package dev.vireo.model.tiles;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.vireo.checkpoint.ModelConfig;
import dev.vireo.image.ProcessedImage;
import dev.vireo.model.ImagePacking;
import dev.vireo.model.ModelDevice;
import dev.vireo.nn.Block;
import dev.vireo.nn.BlockParameters;
import dev.vireo.nn.WeightSource;
import dev.vireo.tensor.Tensors;
import java.util.List;

/** The base view's patches, then the grid's, without the padding, a newline behind each row; {@code GridPacking.py}. */
public final class GridPacking implements ImagePacking {
    private static final int FIELDS = 9;

    private final Block block;
    private final TileRules rules;

    public GridPacking(ModelConfig config, TileRules rules, ModelDevice device, WeightSource weights) {
        this.rules = rules;
        var parameters = new BlockParameters(device.manager(), weights)
                .weight("model.image_newline", config.integer("text_config.hidden_size"));
        block = device.blocks().block(GridPacking.class, "image_features", parameters, 1, "GridPacking.py");
    }

    @Override
    public Block block() {
        return block;
    }

    @Override
    public NDArray layout(NDManager scope, List<ProcessedImage> images) {
        long[] layout = new long[FIELDS * images.size()];
        for (int i = 0; i < images.size(); i++) {
            ProcessedImage image = images.get(i);
            layout[FIELDS * i] = image.tileCount();
            if (image.tileCount() > 1 || rules.mostTiles() == 0) {
                System.arraycopy(grid(image), 0, layout, FIELDS * i + 1, FIELDS - 1);
            }
        }
        return Tensors.host(scope, layout);
    }

    private long[] grid(ProcessedImage image) {
        TileGrid grid = rules.grid(image.imageHeight(), image.imageWidth());
        if (image.tileCount() != 1 + grid.tiles()) {
            throw new IllegalArgumentException("Cannot lay out a picture of " + image.imageHeight() + " x "
                    + image.imageWidth() + " pixels: it has " + image.tileCount() + " tiles, expected "
                    + (1 + grid.tiles()) + "; prepare the data with this model");
        }
        FeatureWindow window = rules.window(image.imageHeight(), image.imageWidth());
        FeatureSize size = rules.features(window);
        return new long[] {
            grid.rows(),
            grid.columns(),
            window.top(),
            window.bottom(),
            window.left(),
            window.right(),
            size.rows(),
            size.columns()
        };
    }
}
