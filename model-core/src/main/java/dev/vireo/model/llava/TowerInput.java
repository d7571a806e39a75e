// SPDX-License-Identifier: Apache-2.0
package dev.vireo.model.llava;

import dev.vireo.checkpoint.CheckpointMismatchException;
import dev.vireo.checkpoint.ModelConfig;
import dev.vireo.checkpoint.ProcessorSettings;

/** What the vision tower of a LLaVA model takes and gives for one tile. */
public final class TowerInput {
    private TowerInput() {}

    /**
     * The side of a tile in pixels.
     *
     * @throws CheckpointMismatchException if the processor cuts tiles of another size than the tower takes
     */
    public static int side(ModelConfig config, ProcessorSettings settings) {
        int side = config.integer("vision_config.image_size");
        if (settings.crop().height() != side || settings.crop().width() != side) {
            throw new CheckpointMismatchException(
                    "Cannot process images as " + settings.source() + " says: crop_size is "
                            + settings.crop().height() + " x " + settings.crop().width() + ", but the vision tower of "
                            + config.source() + " takes " + side + " x " + side);
        }
        return side;
    }

    /** Features of one tile: its patches, and the class token where the model keeps it. */
    public static int tokens(ModelConfig config) {
        int patches = config.integer("vision_config.image_size") / config.integer("vision_config.patch_size");
        return patches * patches
                + (config.text("vision_feature_select_strategy").equals("full") ? 1 : 0);
    }
}
