// SPDX-License-Identifier: Apache-2.0
package dev.vireo.training;

import dev.vireo.batch.PackedBatch;
import dev.vireo.checkpoint.ModelPart;
import dev.vireo.image.ProcessedImage;
import dev.vireo.model.VisionLanguageModel;
import dev.vireo.nn.Block;
import dev.vireo.nn.LinearModule;
import dev.vireo.nn.Parameter;
import java.util.ArrayList;
import java.util.List;

/**
 * The floating-point operations that a model needs for a packed batch: two for each multiplication of a matrix product, as
 * in PaLM's "model FLOPs" (Chowdhery et al. 2022, arXiv 2204.02311, appendix B). Work that is done twice to save memory does
 * not count, nor does anything that is no matrix product, nor what nothing asks for: the last decoder layer's output at
 * tokens from which no scored one is predicted.
 *
 * <p>Forward: each linear once a row, scores and values of attention once a visible pair of tokens. Backward, from the first
 * block with a trained parameter on: the same again for the gradient of the input, and each trained matrix once more.
 */
public final class StepFlops {
    private static final String POSITIONS = "model.vision_tower.embeddings.position_embedding.weight";
    private static final String PATCHES = "model.vision_tower.embeddings.patch_embedding.weight";

    /** Which rows a product has. */
    private enum Rows {
        PATCHES,
        TOKENS,
        QUERIES,
        SCORED
    }

    /** A matrix product: multiplications a row, forward, and those with matrices that are trained. */
    private record Product(Rows rows, double all, double trained, boolean active) {}

    /** An attention: the width of its queries. */
    private record Pairs(Rows rows, double width, boolean active) {}

    private final List<Product> products = new ArrayList<>();
    private final List<Pairs> attentions = new ArrayList<>();
    private long tilePositions;

    public StepFlops(VisionLanguageModel model) {
        List<Block> layers = model.text().layers();
        boolean active = false;
        for (Block block : model.blocks()) {
            active |= !block.trainable().isEmpty();
            boolean last = block == layers.get(layers.size() - 1);
            Rows rows = ModelPart.of(block.name()) == ModelPart.LANGUAGE
                    ? block == model.text().head() ? Rows.SCORED : Rows.TOKENS
                    : Rows.PATCHES;
            for (LinearModule linear : block.linears()) {
                boolean every =
                        linear.name().endsWith(".k_proj") || linear.name().endsWith(".v_proj");
                products.add(product(block, linear, last && !every ? Rows.QUERIES : rows, active));
                if (linear.name().endsWith(".q_proj")) {
                    attentions.add(new Pairs(last ? Rows.QUERIES : rows, linear.outFeatures(), active));
                }
            }
            addPatches(block, active);
        }
    }

    private static Product product(Block block, LinearModule linear, Rows rows, boolean active) {
        double all = (double) linear.inFeatures() * linear.outFeatures();
        double trained = block.parameter(linear.name() + ".weight")
                .filter(Parameter::trainable)
                .map(Parameter::size)
                .orElse(0L);
        for (Parameter parameter : block.parameters()) {
            boolean factor = parameter.name().contains(linear.name() + ".lora_A")
                    || parameter.name().contains(linear.name() + ".lora_B");
            all += factor ? parameter.size() : 0;
            trained += factor && parameter.trainable() ? parameter.size() : 0;
        }
        return new Product(rows, all, trained, active);
    }

    private void addPatches(Block block, boolean active) {
        block.parameter(POSITIONS)
                .ifPresent(table -> tilePositions = table.master().getShape().get(0));
        block.parameter(PATCHES)
                .ifPresent(patches -> products.add(
                        new Product(Rows.PATCHES, patches.size(), patches.trainable() ? patches.size() : 0, active)));
    }

    /** Operations of a training step's share. */
    public double of(PackedBatch batch) {
        long tiles = batch.samples().stream()
                .flatMap(sample -> sample.images().stream())
                .mapToLong(ProcessedImage::tileCount)
                .sum();
        long[] segments = batch.segments();
        long[] queries = batch.queries();
        double multiplications = 0;
        for (Product each : products) {
            double rows =
                    switch (each.rows) {
                        case PATCHES -> tiles * tilePositions;
                        case TOKENS -> batch.size();
                        case QUERIES -> rows(segments, queries);
                        case SCORED -> batch.sources().length;
                    };
            multiplications += rows * (each.all * (each.active ? 2 : 1) + each.trained);
        }
        for (Pairs each : attentions) {
            double pairs = each.rows == Rows.PATCHES
                    ? (double) tiles * tilePositions * tilePositions
                    : visible(segments, each.rows == Rows.QUERIES ? queries : starts(segments));
            multiplications += 2 * each.width * pairs * (each.active ? 2 : 1);
        }
        return 2 * multiplications;
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
