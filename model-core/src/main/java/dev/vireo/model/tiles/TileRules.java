// SPDX-License-Identifier: Apache-2.0
package dev.vireo.model.tiles;

import dev.vireo.checkpoint.CheckpointMismatchException;
import dev.vireo.checkpoint.ModelConfig;
import java.util.List;

/**
 * How a model cuts pictures into tiles and puts the tiles' features together again.
 *
 * @param pinpoints the resolutions that there are, height and width in pixels, multiples of {@code side}
 * @param side of a tile in pixels
 * @param patches along the side of a tile
 * @param mostTiles as many tiles' features are kept of a picture, and one of several pictures in a row has only its base view;
 *     0: all features are kept, and every picture has tiles
 */
public record TileRules(List<List<Integer>> pinpoints, int side, int patches, int mostTiles) {
    public TileRules {
        pinpoints = List.copyOf(pinpoints);
    }

    /** The rules of a model that keeps all features. */
    public static TileRules of(ModelConfig config) {
        return shrinking(config, 0);
    }

    /**
     * The rules of a model that shrinks the features of more than {@code mostTiles} tiles.
     *
     * @throws CheckpointMismatchException if a resolution is not made of whole tiles
     */
    public static TileRules shrinking(ModelConfig config, int mostTiles) {
        int side = config.integer("vision_config.image_size");
        List<List<Integer>> pinpoints = config.integerLists("image_grid_pinpoints");
        for (List<Integer> pinpoint : pinpoints) {
            if (pinpoint.size() != 2 || pinpoint.get(0) % side != 0 || pinpoint.get(1) % side != 0) {
                throw new CheckpointMismatchException("Cannot read " + config.source() + ": image_grid_pinpoints has "
                        + pinpoint + " (expected a height and a width that are multiples of " + side + ")");
            }
        }
        return new TileRules(pinpoints, side, side / config.integer("vision_config.patch_size"), mostTiles);
    }

    /** Whether a picture is cut into tiles when its row has {@code rowImages}. */
    boolean tiles(int rowImages) {
        return mostTiles == 0 || rowImages == 1;
    }

    /** The tiles of a picture of this size in pixels. */
    TileGrid grid(int height, int width) {
        return TileGrid.of(height, width, pinpoints, side);
    }

    /** The part of the stitched features that shows the picture. */
    FeatureWindow window(int height, int width) {
        return FeatureWindow.of(height, width, grid(height, width), patches);
    }

    /** The features that the language model takes of that part. */
    FeatureSize features(FeatureWindow window) {
        return mostTiles == 0 ? FeatureSize.of(window) : FeatureSize.within(mostTiles, window, patches);
    }
}
