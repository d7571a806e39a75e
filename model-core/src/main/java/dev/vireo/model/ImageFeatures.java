// SPDX-License-Identifier: Apache-2.0
package dev.vireo.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.vireo.batch.Sample;
import dev.vireo.image.ProcessedImage;
import dev.vireo.nn.Block;
import dev.vireo.nn.Parameter;
import dev.vireo.nn.Tape;
import dev.vireo.tensor.ElementType;
import dev.vireo.tensor.Precision;
import dev.vireo.tensor.Tensors;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The way from images to the features that take the places of their tokens; kept ones are read where nothing trains the encoder. */
final class ImageFeatures {
    private final VisionEncoder vision;
    private final ModelDevice device;
    private final int width;
    private @Nullable FeatureFiles kept;

    ImageFeatures(VisionEncoder vision, ModelDevice device, int width) {
        this.vision = vision;
        this.device = device;
        this.width = width;
    }

    void keepIn(FeatureFiles files) {
        kept = files;
    }

    /** Names, and values in the precision that computes, of all of the encoder's weights. */
    String encoderHash() {
        MessageDigest sha;
        try {
            sha = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
        List<Block> blocks = new ArrayList<>(vision.blocks());
        blocks.add(vision.packing().block());
        for (Block block : blocks) {
            for (Parameter parameter : block.parameters()) {
                try (NDManager scope = NDManager.newBaseManager(device.tensors().device(), "PyTorch")) {
                    sha.update((parameter.name() + device.precision()).getBytes(StandardCharsets.UTF_8));
                    sha.update(device.tensors().bytes(scope, parameter.value()));
                }
            }
        }
        return HexFormat.of().formatHex(sha.digest());
    }

    /**
     * Features of all images of some rows [M, D], in the order of their places; on the tape where they are computed.
     *
     * @param computed gets each image that passes the encoder, in this order; not those whose features are read
     */
    NDArray of(Tape tape, List<Sample> rows, Consumer<ProcessedImage> computed) {
        List<ProcessedImage> images =
                rows.stream().flatMap(row -> row.images().stream()).toList();
        if (images.isEmpty()) {
            return tape.scope().zeros(new Shape(0, width));
        }
        FeatureFiles files = kept;
        if (files != null && isFrozen()) {
            return read(tape, files, rows, computed);
        }
        images.forEach(computed);
        return vision.features(tape, images);
    }

    private boolean isFrozen() {
        return vision.blocks().stream().noneMatch(Block::isAdapted)
                && !vision.packing().block().isAdapted();
    }

    /** Each image is computed alone, so that its features do not depend on which others were missing. */
    private NDArray read(Tape tape, FeatureFiles files, List<Sample> rows, Consumer<ProcessedImage> computed) {
        int rowBytes = width * (device.precision() == Precision.BF16 ? 2 : 4);
        int tokens = rows.stream().mapToInt(Sample::imageTokens).sum();
        ByteBuffer all = ByteBuffer.allocateDirect(Math.multiplyExact(tokens, rowBytes));
        for (Sample row : rows) {
            for (int i = 0; i < row.images().size(); i++) {
                ProcessedImage image = row.images().get(i);
                int size = row.imageSpans().get(i).tokens() * rowBytes;
                all.put(files.find(image, size).orElseGet(() -> {
                    computed.accept(image);
                    byte[] made = bytes(image);
                    files.keep(image, made);
                    return made;
                }));
            }
        }
        Tensors tensors = device.tensors();
        ElementType type = device.precision() == Precision.BF16 ? ElementType.BFLOAT16 : ElementType.FLOAT32;
        try (NDArray view = tensors.view(tape.scope(), all.flip(), type, tokens, width)) {
            return tensors.copy(tape.scope(), view);
        } finally {
            java.lang.ref.Reference.reachabilityFence(all);
        }
    }

    private byte[] bytes(ProcessedImage image) {
        try (NDManager scope = NDManager.newBaseManager(device.tensors().device(), "PyTorch");
                Tape alone = Tape.inference(scope, Block.Weights.BASE)) {
            NDArray features = vision.features(alone, List.of(image));
            return device.tensors().bytes(scope, device.tensors().cast(scope, features, device.precision()));
        }
    }
}
