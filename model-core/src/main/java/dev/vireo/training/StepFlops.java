// SPDX-License-Identifier: Apache-2.0
package dev.vireo.training;

import dev.vireo.batch.PackedBatch;
import dev.vireo.image.ProcessedImage;
import dev.vireo.model.Operations;
import dev.vireo.model.VisionLanguageModel;
import dev.vireo.nn.Block;
import dev.vireo.nn.LinearModule;
import dev.vireo.nn.Parameter;
import java.util.List;
import java.util.Optional;

/**
 * The {@link Operations} that a loaded model needs for a packed batch. Work that is done twice to save memory does not count.
 */
final class StepFlops {
    private static final String CLASS = ".embeddings.class_embedding";
    private static final String PATCHES = ".embeddings.patch_embedding.weight";
    private static final String LATENTS = ".latents";

    private final Operations operations;
    private final int patch;
    private final int classTokens;
    private final long latents;

    StepFlops(VisionLanguageModel model) {
        Parameter patches = named(model, PATCHES).orElseThrow();
        this.patch = (int) patches.master().getShape().get(2);
        this.classTokens = named(model, CLASS).isPresent() ? 1 : 0;
        this.latents = named(model, LATENTS)
                .map(table -> table.master().getShape().get(0))
                .orElse(0L);
        this.operations = new Operations(model.blocks(), model.text(), patches.size(), new Attached());
    }

    private static Optional<Parameter> named(VisionLanguageModel model, String ending) {
        return model.blocks().stream()
                .flatMap(block -> block.parameters().stream())
                .filter(parameter -> parameter.name().endsWith(ending))
                .findFirst();
    }

    /** What the parameters of the blocks say. */
    private static final class Attached implements Operations.Trained {
        @Override
        public double factors(Block block, LinearModule module) {
            return block.parameters().stream()
                    .filter(each -> each.name().contains(module.name() + ".lora_A")
                            || each.name().contains(module.name() + ".lora_B"))
                    .mapToLong(Parameter::size)
                    .sum();
        }

        @Override
        public boolean weight(Block block, String name) {
            return block.parameter(name).filter(Parameter::trainable).isPresent();
        }

        @Override
        public boolean any(Block block) {
            return !block.trainable().isEmpty();
        }
    }

    /**
     * Of a training step's share.
     *
     * @param images that passed the vision encoder; nothing is computed of those whose features were read
     */
    double of(PackedBatch batch, List<ProcessedImage> images) {
        return operations.step(sizes(batch, images));
    }

    /** Of a forward pass alone. */
    double forward(PackedBatch batch, List<ProcessedImage> images) {
        return operations.forward(sizes(batch, images));
    }

    private Operations.Sizes sizes(PackedBatch batch, List<ProcessedImage> images) {
        double[] tiles = images.stream()
                .flatMap(image -> image.tileSizes().stream())
                .mapToDouble(size -> (double) (size.height() / patch) * (size.width() / patch) + classTokens)
                .toArray();
        long[] segments = batch.segments();
        long[] queries = batch.queries();
        return new Operations.Sizes(
                Operations.Positions.of(tiles, latents),
                batch.size(),
                visible(segments, starts(segments)),
                rows(segments, queries),
                visible(segments, queries),
                batch.sources().length);
    }

    private static long[] starts(long[] segments) {
        long[] starts = new long[segments.length / 4];
        for (int i = 0; i < starts.length; i++) {
            starts[i] = segments[4 * i];
        }
        return starts;
    }

    private static double rows(long[] segments, long[] from) {
        double rows = 0;
        for (int i = 0; i < from.length; i++) {
            rows += segments[4 * i + 1] - from[i];
        }
        return rows;
    }

    /** Pairs of a token, from a place of its segment on, and one that it sees: its prefix, those before it, itself. */
    private static double visible(long[] segments, long[] from) {
        double pairs = 0;
        for (int i = 0; i < from.length; i++) {
            double before = segments[4 * i + 3] - segments[4 * i + 2] + from[i] - segments[4 * i];
            double own = segments[4 * i + 1] - from[i];
            pairs += own * before + own * (own + 1) / 2;
        }
        return pairs;
    }
}
