// SPDX-License-Identifier: Apache-2.0
package dev.vireo.model;

import dev.vireo.checkpoint.ModelPart;
import dev.vireo.nn.Block;
import dev.vireo.nn.LinearModule;
import java.util.ArrayList;
import java.util.List;

/**
 * The floating-point operations that a model needs: two for each multiplication of a matrix product, as in PaLM's "model
 * FLOPs" (Chowdhery et al. 2022, arXiv 2204.02311, appendix B). Nothing that is no matrix product counts, nor what nothing
 * asks for: the last decoder layer's output at tokens from which no scored one is predicted.
 *
 * <p>Forward: each linear once a row, scores and values of attention once a visible pair of tokens. Backward, from the first
 * block with a trained parameter on: the same again for the gradient of the input, and each trained matrix once more.
 */
public final class Operations {
    private static final String PATCHES = "model.vision_tower.embeddings.patch_embedding.weight";

    /** What of a model is trained. */
    public interface Trained {
        /** Elements of an adapter's factors on a linear module, which multiply beside its weight; 0 without. */
        double factors(Block block, LinearModule module);

        /** Whether a parameter of the model itself is trained. */
        boolean weight(Block block, String name);

        /** Whether the block has any trained parameter. */
        boolean any(Block block);
    }

    /** Which rows a product has. */
    private enum Rows {
        PATCHES,
        TOKENS,
        QUERIES,
        SCORED
    }

    /**
     * How much of everything there is.
     *
     * @param patches positions of all tiles
     * @param patchPairs pairs of positions of the same tile
     * @param tokens of the packed sequence
     * @param pairs of a token and one that it sees
     * @param queries tokens whose last hidden state is wanted
     * @param queryPairs of such a token and one that it sees
     * @param scored tokens whose log-probability is wanted
     */
    public record Sizes(
            double patches,
            double patchPairs,
            double tokens,
            double pairs,
            double queries,
            double queryPairs,
            double scored) {}

    /** A matrix product: multiplications a row, forward, and those with matrices that are trained. */
    private record Product(Block block, Rows rows, double all, double trained, boolean active) {}

    /** An attention: the width of its queries. */
    private record Attention(Block block, Rows rows, double width, boolean active) {}

    private final List<Product> products = new ArrayList<>();
    private final List<Attention> attentions = new ArrayList<>();

    /**
     * @param blocks in the order in which they compute
     * @param patchElements of the matrix that makes features of patches
     */
    public Operations(List<Block> blocks, TextDecoder text, long patchElements, Trained trained) {
        Block last = text.layers().get(text.layers().size() - 1);
        boolean active = false;
        for (Block block : blocks) {
            active |= trained.any(block);
            Rows rows = ModelPart.of(block.name()) == ModelPart.LANGUAGE
                    ? block == text.head() ? Rows.SCORED : Rows.TOKENS
                    : Rows.PATCHES;
            for (LinearModule linear : block.linears()) {
                boolean every =
                        linear.name().endsWith(".k_proj") || linear.name().endsWith(".v_proj");
                double weight = (double) linear.inFeatures() * linear.outFeatures();
                double factors = trained.factors(block, linear);
                double changed = factors + (trained.weight(block, linear.name() + ".weight") ? weight : 0);
                Rows its = block == last && !every ? Rows.QUERIES : rows;
                products.add(new Product(block, its, weight + factors, changed, active));
                if (linear.name().endsWith(".q_proj")) {
                    attentions.add(
                            new Attention(block, block == last ? Rows.QUERIES : rows, linear.outFeatures(), active));
                }
            }
            if (block.parameter(PATCHES).isPresent()) {
                double changed = trained.weight(block, PATCHES) ? patchElements : 0;
                products.add(new Product(block, Rows.PATCHES, patchElements, changed, active));
            }
        }
    }

    /** Of a forward pass and the backward pass behind it. */
    public double step(Sizes sizes) {
        double multiplications = 0;
        for (Product each : products) {
            multiplications += rows(each.rows, sizes) * (each.all * (each.active ? 2 : 1) + each.trained);
        }
        for (Attention each : attentions) {
            multiplications += 2 * each.width * pairs(each.rows, sizes) * (each.active ? 2 : 1);
        }
        return 2 * multiplications;
    }

    /** Of a forward pass alone. */
    public double forward(Sizes sizes) {
        return products.stream()
                .map(Product::block)
                .distinct()
                .mapToDouble(block -> forward(block, sizes))
                .sum();
    }

    /** Of a block's forward pass. */
    public double forward(Block block, Sizes sizes) {
        double multiplications = 0;
        for (Product each : products) {
            multiplications += each.block == block ? rows(each.rows, sizes) * each.all : 0;
        }
        for (Attention each : attentions) {
            multiplications += each.block == block ? 2 * each.width * pairs(each.rows, sizes) : 0;
        }
        return 2 * multiplications;
    }

    private static double rows(Rows rows, Sizes sizes) {
        return switch (rows) {
            case PATCHES -> sizes.patches;
            case TOKENS -> sizes.tokens;
            case QUERIES -> sizes.queries;
            case SCORED -> sizes.scored;
        };
    }

    private static double pairs(Rows rows, Sizes sizes) {
        return switch (rows) {
            case PATCHES -> sizes.patchPairs;
            case QUERIES -> sizes.queryPairs;
            case TOKENS, SCORED -> sizes.pairs;
        };
    }
}
