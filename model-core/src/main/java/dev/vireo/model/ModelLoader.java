// SPDX-License-Identifier: Apache-2.0
package dev.vireo.model;

import ai.djl.Device;
import dev.vireo.checkpoint.Checkpoint;
import dev.vireo.checkpoint.ModelConfig;
import dev.vireo.quantization.BaseFormat;
import dev.vireo.tensor.Precision;
import java.nio.file.Path;
import java.util.List;

/**
 * Loads a Hugging Face model directory onto a device.
 *
 * @param family the directory's family
 * @param pixels from its image processor's settings
 */
public record ModelLoader(Path directory, ModelFamily family, PixelScale pixels) {
    /** The model with its weights frozen: for scoring, generating, and adapters. */
    public VisionLanguageModel frozen(Device device, Precision precision) {
        return frozen(device, precision, BaseFormat.AS_IS);
    }

    /**
     * The same with the linear modules of the language model (not the output head, the tower or the projector) in another form.
     * Weights are read one at a time, so that the model's own files need no memory.
     */
    public VisionLanguageModel frozen(Device device, Precision precision, BaseFormat format) {
        return load(device, precision, CheckpointWeights.Training.FROZEN, format);
    }

    /** The model with every weight trainable, each with a float32 master. */
    public VisionLanguageModel trainable(Device device, Precision precision) {
        return load(device, precision, CheckpointWeights.Training.FULL, BaseFormat.AS_IS);
    }

    /** The bfloat16 model with every weight trainable in bfloat16, without masters. */
    public VisionLanguageModel trainableWithoutMasters(Device device) {
        return load(device, Precision.BF16, CheckpointWeights.Training.NARROW, BaseFormat.AS_IS);
    }

    private VisionLanguageModel load(
            Device device, Precision precision, CheckpointWeights.Training training, BaseFormat format) {
        ModelConfig config = ModelConfig.read(directory);
        ModelDevice on = ModelDevice.on(device, precision);
        Checkpoint checkpoint = Checkpoint.open(directory);
        var weights = new CheckpointWeights(checkpoint, on, training, format);
        try {
            VisionEncoder vision = family.vision(config, pixels, on, weights);
            TextDecoder text = family.text(config, on, weights);
            weights.finish(family.unusedWeights(config));
            var blocks = new ModelBlocks(vision, text, checkpoint.modules());
            return new VisionLanguageModel(on, blocks, family.imageTokenId(config), List.of(on, weights));
        } catch (RuntimeException e) {
            ModelDevice.closeAll(List.of(on, weights));
            throw e;
        }
    }
}
