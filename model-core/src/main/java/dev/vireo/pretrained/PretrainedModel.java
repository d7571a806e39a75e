// SPDX-License-Identifier: Apache-2.0
package dev.vireo.pretrained;

import dev.vireo.checkpoint.Fingerprint;
import dev.vireo.checkpoint.ModelConfig;
import dev.vireo.checkpoint.ProcessorSettings;
import dev.vireo.image.ImageProcessor;
import dev.vireo.model.Families;
import dev.vireo.model.InitialWeights;
import dev.vireo.model.ModelFamily;
import dev.vireo.model.ModelLoader;
import dev.vireo.model.ModelSurvey;
import dev.vireo.model.PixelScale;
import dev.vireo.model.idefics2.Idefics2;
import dev.vireo.model.idefics3.Idefics3;
import dev.vireo.model.llava.Llava;
import dev.vireo.model.llavanext.LlavaNext;
import dev.vireo.model.llavaonevision.LlavaOnevision;
import dev.vireo.model.paligemma.Paligemma;
import dev.vireo.nn.DecoderShape.Prefix;
import dev.vireo.tokenization.PairTokenizer;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a Hugging Face model directory holds. Opening reads its small files only. */
public final class PretrainedModel {
    private static final Families FAMILIES = new Families(List.of(
            new Llava(),
            new LlavaNext(),
            new LlavaOnevision(),
            new Paligemma(),
            new Idefics2(),
            new Idefics3(),
            Idefics3.smolVlm()));

    private final Path directory;
    private final ModelConfig config;
    private final ModelFamily family;
    private final ImageProcessor images;
    private final PixelScale pixels;

    private PretrainedModel(Path directory, ModelConfig config, ModelFamily family, ProcessorSettings processor) {
        this.directory = directory;
        this.config = config;
        this.family = family;
        this.images = family.images(config, processor);
        this.pixels = new PixelScale(processor.rescale(), processor.mean(), processor.std());
    }

    /**
     * Opens a model directory.
     *
     * @throws IllegalArgumentException if no family has its {@code model_type}
     * @throws dev.vireo.checkpoint.CheckpointMismatchException if its configuration or image processor is not understood
     * @throws java.io.UncheckedIOException if a file cannot be read
     */
    public static PretrainedModel open(Path directory) {
        ModelConfig config = ModelConfig.read(directory);
        ModelFamily family = FAMILIES.of(config.modelType(), config.source());
        return new PretrainedModel(directory, config, family, ProcessorSettings.read(directory));
    }

    public Path directory() {
        return directory;
    }

    public ModelConfig config() {
        return config;
    }

    /** What makes tiles of pictures. */
    public ImageProcessor images() {
        return images;
    }

    /** What puts the weights onto a device. */
    public ModelLoader loader() {
        return new ModelLoader(directory, family, pixels);
    }

    /**
     * Surveys a model of which only {@code config.json} is there; the caller closes the survey.
     *
     * @throws IllegalArgumentException if no family has its {@code model_type}
     */
    public static ModelSurvey survey(Path directory) {
        ModelConfig config = ModelConfig.read(directory);
        return ModelSurvey.of(FAMILIES.of(config.modelType(), config.source()), config);
    }

    /** Writes {@code model.safetensors} with random weights into another directory, for training from nothing. */
    public void writeInitialWeights(Path output, long seed) {
        InitialWeights.write(family, config, output, seed);
    }

    /** Whether a prompt's tokens see those behind them too: then none of them can be predicted. */
    public boolean promptsAttendBothWays() {
        return family.prefix() == Prefix.BOTH_WAYS;
    }

    /** The image placeholder in token ids. */
    public int imageTokenId() {
        return family.imageTokenId(config);
    }

    /**
     * What makes token ids of conversations; the caller closes it.
     *
     * @param template a chat template, or null for the model's own, or the family's where the model has none
     */
    public PairTokenizer tokenizer(@Nullable String template, PairTokenizer.Bos bos) {
        boolean own = template != null || PairTokenizer.hasTemplate(directory);
        return PairTokenizer.open(
                directory, own ? template : family.chatTemplate().orElse(null), bos, images);
    }

    /** Hexadecimal SHA-256 of configuration and weights; reads all of them once in a process. */
    public String weightsHash() {
        return Fingerprint.weights(directory);
    }

    /** Hexadecimal SHA-256 of the configuration's text. */
    public String configHash() {
        return Fingerprint.config(directory);
    }

    /** Hexadecimal SHA-256 of the image processor's settings. */
    public String processorHash() {
        return Fingerprint.processor(directory);
    }

    /** Hexadecimal SHA-256 of the tokenizer's files. */
    public String tokenizerHash() {
        return Fingerprint.tokenizer(directory);
    }
}
