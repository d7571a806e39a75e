// SPDX-License-Identifier: Apache-2.0
package dev.vireo.model.tiles;

import dev.vireo.checkpoint.CheckpointMismatchException;
import dev.vireo.checkpoint.ModelConfig;
import dev.vireo.checkpoint.ProcessorSettings;
import dev.vireo.model.VisionTower;
import dev.vireo.model.tower.LlavaProjector;

/**
 * What a vision tower takes and gives for one tile.
 *
 * @param side of the tile in pixels
 * @param tokens features that the model keeps of it: its patches, and the class token where the configuration says so
 */
public record TowerTile(int side, int tokens) {
    /**
     * The tile of the tower that {@code vision_config} describes.
     *
     * @throws CheckpointMismatchException if the processor cuts tiles of another size than the tower takes
     */
    public static TowerTile of(ModelConfig config, VisionTower tower, ProcessorSettings settings) {
        int side = config.integer("vision_config.image_size");
        if (settings.crop().height() != side || settings.crop().width() != side) {
            throw new CheckpointMismatchException(
                    "Cannot process images as " + settings.source() + " says: crop_size is "
                            + settings.crop().height() + " x " + settings.crop().width() + ", but the vision tower of "
                            + config.source() + " takes " + side + " x " + side);
        }
        int patches = side / config.integer("vision_config.patch_size");
        return new TowerTile(side, patches * patches + tower.classTokens() - LlavaProjector.dropped(config));
    }
}
