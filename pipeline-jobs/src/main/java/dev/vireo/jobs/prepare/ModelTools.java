// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.prepare;

import dev.vireo.image.ImageProcessor;
import dev.vireo.jobs.shards.ModelIdentity;
import dev.vireo.jobs.storage.LocalCopy;
import dev.vireo.jobs.storage.Storage;
import dev.vireo.pretrained.PretrainedModel;
import dev.vireo.tokenization.PairTokenizer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The tokenizer and image processor of a model, opened once in each process and used by all its tasks. */
final class ModelTools implements AutoCloseable {
    /** The process is an executor, which outlives its tasks: there is no other place that all of them reach. */
    private static final Map<Recipe, ModelTools> OPEN = new ConcurrentHashMap<>();

    private final PretrainedModel model;
    private final PairTokenizer tokenizer;
    private final Recipe recipe;

    private ModelTools(PretrainedModel model, PairTokenizer tokenizer, Recipe recipe) {
        this.model = model;
        this.tokenizer = tokenizer;
        this.recipe = recipe;
    }

    /** Opens a model's small files, or gives those that are open. */
    static ModelTools of(Storage storage, Recipe recipe) throws IOException {
        try {
            return OPEN.computeIfAbsent(recipe, key -> open(storage, key));
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private static ModelTools open(Storage storage, Recipe recipe) {
        try {
            PretrainedModel model = PretrainedModel.open(LocalCopy.withoutWeights(storage, recipe.model()));
            PairTokenizer tokenizer = model.tokenizer(recipe.template(), recipe.bos());
            return new ModelTools(model, tokenizer, recipe);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    ModelIdentity identity() {
        return ModelIdentity.of(model);
    }

    /** The text of the chat template in use. */
    String template() {
        return tokenizer.template();
    }

    /** For one task. */
    RowMaker rows() {
        ImageProcessor processor = model.images();
        return new RowMaker(tokenizer, processor, recipe.images().decoder(processor.transparency()), recipe.limits());
    }

    int imageTokenId() {
        return model.imageTokenId();
    }

    /** For the end of a job in a process that goes on; no task may run. */
    @Override
    public void close() {
        OPEN.remove(recipe, this);
        tokenizer.close();
    }
}
