// SPDX-License-Identifier: Apache-2.0
package dev.vireo.model;

import dev.vireo.checkpoint.ModelConfig;
import dev.vireo.nn.Block;
import dev.vireo.nn.WeightSource;
import java.util.List;

/** A vision tower that families share; a model builds it up to the layer whose output it selects. */
public interface VisionTower {
    /** Blocks from uint8 tiles to the selected layer's output [B, S, D], the class tokens first. */
    List<Block> build(ModelConfig config, PixelScale pixels, ModelDevice device, WeightSource weights);

    /** Outputs before those of the patches. */
    int classTokens();

    /** Regular expressions of weights that checkpoints carry for the tower and the model does not use. */
    List<String> unusedWeights(ModelConfig config);

    /** Claims those weights, with their shapes. */
    void takeUnused(ModelConfig config, ModelDevice device, WeightSource weights);
}
