// SPDX-License-Identifier: Apache-2.0
package dev.vireo.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.vireo.adapter.AdapterHost;
import dev.vireo.batch.PackedBatch;
import dev.vireo.image.ProcessedImage;
import dev.vireo.nn.Block;
import dev.vireo.nn.Block.Weights;
import dev.vireo.nn.Tape;
import dev.vireo.tensor.Precision;
import dev.vireo.tensor.Tensors;
import java.util.List;
import java.util.function.Consumer;

/**
 * A model of any family: a vision encoder, a language model, and the one way from a packed batch to log-probabilities.
 *
 * <p>Weights are shared by all calls and only read, so several threads may run inference at once; an adapter is attached to
 * the blocks' linear modules. Attaching and training belong to one thread.
 */
public final class VisionLanguageModel implements AutoCloseable {
    private final ModelDevice device;
    private final ModelBlocks parts;
    private final ImageFeatures features;
    private final TextDecoder text;
    private final int imageTokenId;
    private final List<AutoCloseable> resources;

    /**
     * @param imageTokenId the placeholder of images in the token ids
     * @param resources closed with the model, in this order
     */
    public VisionLanguageModel(
            ModelDevice device, ModelBlocks parts, int imageTokenId, List<? extends AutoCloseable> resources) {
        this.device = device;
        this.parts = parts;
        this.text = parts.text();
        this.features = new ImageFeatures(parts.vision(), device, text.width());
        this.imageTokenId = imageTokenId;
        this.resources = List.copyOf(resources);
    }

    public Tensors tensors() {
        return device.tensors();
    }

    public Precision precision() {
        return device.precision();
    }

    public TextDecoder text() {
        return text;
    }

    public int imageTokenId() {
        return imageTokenId;
    }

    /** All blocks, from the pixels to the vocabulary. */
    public List<Block> blocks() {
        return parts.all();
    }

    /** What an adapter is attached to; {@link dev.vireo.adapter.LoraAdapter}. */
    public AdapterHost adapterHost() {
        return new AdapterHost(parts.all(), parts.stored(), device.tensors(), device.precision());
    }

    /** A scope for a call's tensors; the caller closes it. */
    public NDManager newScope() {
        return NDManager.newBaseManager(device.tensors().device(), "PyTorch");
    }

    /**
     * Runs all but the head; the last layer only for the tokens from which scored ones are predicted.
     *
     * @return the last layer's output [Q, D], in the rows of {@link PackedBatch#sources}, on the tape
     */
    public NDArray hidden(Tape tape, PackedBatch batch) {
        return hidden(tape, batch, image -> {});
    }

    /** @param computed gets each image that passes the vision encoder; not those whose kept features are read */
    public NDArray hidden(Tape tape, PackedBatch batch, Consumer<ProcessedImage> computed) {
        NDManager scope = tape.scope();
        NDArray h = embed(tape, batch, computed);
        NDList angles = angles(scope, scope.create(batch.positions()));
        NDArray segments = Tensors.host(scope, batch.segments());
        NDArray queries = Tensors.host(scope, batch.queries());
        NDArray all = scope.zeros(new Shape(0), DataType.INT64);
        Block last = text.layers().get(text.layers().size() - 1);
        for (Block layer : text.layers()) {
            h = tape.run(layer, h, angles.get(0), angles.get(1), segments, layer == last ? queries : all);
        }
        return h;
    }

    /**
     * Log-probabilities of the batch's scored tokens.
     *
     * @param hidden what {@link #hidden} returned
     * @return nats, float32 [M], on the tape
     */
    public NDArray logProbs(Tape tape, NDArray hidden, PackedBatch batch) {
        NDManager scope = tape.scope();
        return tape.run(text.head(), hidden, scope.create(batch.sources()), scope.create(batch.targets()));
    }

    /**
     * KL(this model || base) of the next token, exact over the vocabulary. Neither head may have run: it frees its input.
     *
     * @param weights that compute here
     * @param hidden what {@link #hidden} returned, with rows for all sources
     * @param base the model that is compared with, without its adapter; may be this one
     * @param baseHidden the same of the base
     * @param sources rows of both from which the tokens are predicted [M]
     * @return nats, float32 [M]; of {@code scope}
     */
    public NDArray divergence(
            NDManager scope,
            Weights weights,
            NDArray hidden,
            VisionLanguageModel base,
            NDArray baseHidden,
            long[] sources) {
        NDList inputs = new NDList(hidden, scope.create(sources), baseHidden);
        // The head's own parameters, too, where the base is this model: those need another handle as an input.
        inputs.addAll(tensors().again(scope, base.text().head().values(Weights.BASE)));
        return text.head().call(scope, weights, "divergence", inputs).get(0);
    }

    /** Cos and sin of positions, [T, E] each, in the model's precision. */
    public NDList angles(NDManager scope, NDArray positions) {
        NDList angles = text.rotary()
                .call(scope, "angles", new NDList(positions), tensors().noParameters());
        return new NDList(
                tensors().cast(scope, angles.get(0), precision()), tensors().cast(scope, angles.get(1), precision()));
    }

    /**
     * The language model's input: token embeddings, and the images' features in the places of their tokens.
     *
     * @return [T, D], on the tape
     */
    public NDArray embed(Tape tape, PackedBatch batch) {
        return embed(tape, batch, image -> {});
    }

    private NDArray embed(Tape tape, PackedBatch batch, Consumer<ProcessedImage> computed) {
        NDManager scope = tape.scope();
        NDArray images = features.of(tape, batch.samples(), computed);
        NDArray places = batch.imagePlaces().length == 0
                ? scope.zeros(new Shape(0), DataType.INT64)
                : scope.create(batch.imagePlaces());
        return tape.run(text.embedding(), images, scope.create(batch.ids()), places);
    }

    /** Hexadecimal SHA-256 of the vision encoder's weights in the model's precision. */
    public String encoderHash() {
        return features.encoderHash();
    }

    /** From now on reads and keeps the features of images in files, as long as nothing trains or adapts the vision encoder. */
    public void keepFeatures(FeatureFiles files) {
        features.keepIn(files);
    }

    @Override
    public void close() {
        ModelDevice.closeAll(resources);
    }
}
