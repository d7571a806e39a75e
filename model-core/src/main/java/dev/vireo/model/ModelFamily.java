// SPDX-License-Identifier: Apache-2.0
package dev.vireo.model;

import dev.vireo.checkpoint.ModelConfig;
import dev.vireo.nn.WeightSource;

/** What a family of models is: its blocks, named as its checkpoint names them. One class a family. */
public interface ModelFamily {
    /** The value of {@code model_type} in {@code config.json}. */
    String modelType();

    /** The tower, the projector and the layout of image features. */
    VisionEncoder vision(ModelConfig config, PixelScale pixels, ModelDevice device, WeightSource weights);

    /** The language model. */
    TextDecoder text(ModelConfig config, ModelDevice device, WeightSource weights);

    /** The id of the image placeholder. */
    int imageTokenId(ModelConfig config);

    /** Regular expressions of weights that checkpoints carry and the model does not use. */
    String[] unusedWeights(ModelConfig config);
}
