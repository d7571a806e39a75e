// SPDX-License-Identifier: Apache-2.0
package dev.vireo.model;

import dev.vireo.checkpoint.ModelConfig;
import dev.vireo.checkpoint.ProcessorSettings;
import dev.vireo.image.ImageProcessor;
import dev.vireo.nn.DecoderShape.Prefix;
import dev.vireo.nn.WeightSource;
import java.util.Optional;

/** What a family of models is: its blocks, named as its checkpoint names them. One class a family. */
public interface ModelFamily {
    /** The value of {@code model_type} in {@code config.json}. */
    String modelType();

    /** The tower, the projector and the layout of image features. */
    VisionEncoder vision(ModelConfig config, PixelScale pixels, ModelDevice device, WeightSource weights);

    /** The language model. */
    TextDecoder text(ModelConfig config, ModelDevice device, WeightSource weights);

    /**
     * What makes the tower's tiles of pictures.
     *
     * @throws dev.vireo.checkpoint.CheckpointMismatchException if the settings are another processor's, or do not fit the
     *     model
     */
    ImageProcessor images(ModelConfig config, ProcessorSettings settings);

    /** The chat template of a directory that has none, where the family has a layout of its own. */
    default Optional<String> chatTemplate() {
        return Optional.empty();
    }

    /** How the tokens of its prompts see each other. */
    default Prefix prefix() {
        return Prefix.CAUSAL;
    }

    /** The id of the image placeholder. */
    int imageTokenId(ModelConfig config);

    /** Regular expressions of weights that checkpoints carry and the model does not use. */
    String[] unusedWeights(ModelConfig config);

    /** Claims the weights that checkpoints carry and the model does not use, with their shapes. */
    void takeUnused(ModelConfig config, ModelDevice device, WeightSource weights);
}
