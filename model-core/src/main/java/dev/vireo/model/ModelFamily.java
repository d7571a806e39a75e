// SPDX-License-Identifier: Apache-2.0
package dev.vireo.model;

import dev.vireo.checkpoint.ModelConfig;
import dev.vireo.checkpoint.ProcessorSettings;
import dev.vireo.image.ImageProcessor;
import dev.vireo.nn.DecoderShape.Prefix;
import dev.vireo.nn.WeightSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a family of models is: which tower, projector, layout of features, language model and image processor, out of those
 * that families share, and the settings that they take from its configuration. One class a family.
 */
public interface ModelFamily {
    /** The value of {@code model_type} in {@code config.json}. */
    String modelType();

    /** The vision tower of a model. */
    VisionTower tower(ModelConfig config);

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
    default int imageTokenId(ModelConfig config) {
        return config.integer("image_token_index");
    }

    /** Regular expressions of weights that checkpoints carry and the model does not use. */
    default List<String> unusedWeights(ModelConfig config) {
        List<String> unused = new ArrayList<>(tower(config).unusedWeights(config));
        if (config.flag("tie_word_embeddings")) {
            unused.add("lm_head\\.weight");
        }
        return unused;
    }

    /** Claims the weights that checkpoints carry and the model does not use, with their shapes. */
    default void takeUnused(ModelConfig config, ModelDevice device, WeightSource weights) {
        tower(config).takeUnused(config, device, weights);
    }
}
