// SPDX-License-Identifier: Apache-2.0
package dev.vireo.model;

import dev.vireo.checkpoint.ModelPart;
import dev.vireo.nn.Block;
import dev.vireo.nn.LinearModule;
import dev.vireo.nn.Parameter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The floating-point operations that a model needs: two for each multiplication of a matrix product, as in PaLM's "model
 * FLOPs" (Chowdhery et al. 2022, arXiv 2204.02311, appendix B). Nothing that is no matrix product counts, nor what nothing
 * asks for: the last decoder layer's output at tokens from which no scored one is predicted.
 *
 * <p>Forward: each linear once a row, scores and values of attention once a visible pair of tokens. Backward, from the first
 * block with a trained parameter on: the same again for the gradient of the input, and each trained matrix once more.
 */
public final class Operations {
    private static final String PATCHES = ".embeddings.patch_embedding.weight";
    private static final String LATENTS = ".latents";

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
        /** Of a resampler: they ask its tile's patches and each other. */
        LATENTS,
        /** What latents ask: keys and values. */
        ASKED,
        TOKENS,
        QUERIES,
        SCORED
    }

    /**
     * What the tower computes of tiles.
     *
     * @param patches positions of all tiles
     * @param patchPairs pairs of positions of the same tile
     * @param latents of all tiles, where a resampler has some
     * @param latentPairs pairs of a latent and a position or latent of the same tile
     */
    public record Positions(double patches, double patchPairs, double latents, double latentPairs) {
        /**
         * Of tiles, one after the other.
         *
         * @param tiles positions of each
         * @param each latents of a tile
         */
        public static Positions of(double[] tiles, long each) {
            double patches = Arrays.stream(tiles).sum();
            double pairs = Arrays.stream(tiles).map(n -> n * n).sum();
            double latents = (double) each * tiles.length;
            return new Positions(patches, pairs, latents, each * (patches + latents));
        }

        /** Of so many tiles with equally many positions. */
        public static Positions of(long tiles, long positions, long each) {
            double patches = (double) tiles * positions;
            double latents = (double) each * tiles;
            return new Positions(patches, patches * positions, latents, each * (patches + latents));
        }
    }

    /**
     * How much of everything there is.
     *
     * @param tower positions of tiles
     * @param tokens of the packed sequence
     * @param pairs of a token and one that it sees
     * @param queries tokens whose last hidden state is wanted
     * @param queryPairs of such a token and one that it sees
     * @param scored tokens whose log-probability is wanted
     */
    public record Sizes(
            Positions tower, double tokens, double pairs, double queries, double queryPairs, double scored) {}

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
        int towerWidth = 0;
        for (Block block : blocks) {
            active |= trained.any(block);
            int joined = joined(block, towerWidth);
            towerWidth = ModelPart.of(block.name()) == ModelPart.TOWER ? width(block, towerWidth) : towerWidth;
            Rows rows = rows(block, text);
            for (LinearModule linear : block.linears()) {
                boolean every =
                        linear.name().endsWith(".k_proj") || linear.name().endsWith(".v_proj");
                double weight = (double) linear.inFeatures() * linear.outFeatures();
                double factors = trained.factors(block, linear);
                double changed = factors + (trained.weight(block, linear.name() + ".weight") ? weight : 0);
                Rows asked = rows == Rows.LATENTS ? Rows.ASKED : rows;
                Rows its = every ? asked : block == last ? Rows.QUERIES : rows;
                products.add(new Product(block, its, (weight + factors) / joined, changed / joined, active));
                if (linear.name().endsWith(".q_proj")) {
                    attentions.add(
                            new Attention(block, block == last ? Rows.QUERIES : rows, linear.outFeatures(), active));
                }
            }
            Optional<String> patches = named(block, PATCHES);
            if (patches.isPresent()) {
                double changed = trained.weight(block, patches.get()) ? patchElements : 0;
                products.add(new Product(block, Rows.PATCHES, patchElements, changed, active));
            }
        }
    }

    /** Positions of the tower that a projector takes together as one: its first linear is as many times as wide. */
    private static int joined(Block block, int towerWidth) {
        boolean projects = ModelPart.of(block.name()) == ModelPart.PROJECTOR
                && !block.linears().isEmpty()
                && named(block, LATENTS).isEmpty();
        int inputs = projects ? block.linears().get(0).inFeatures() : 0;
        return inputs > towerWidth && inputs % towerWidth == 0 ? inputs / towerWidth : 1;
    }

    /** Width of a tower layer's output. */
    private static int width(Block block, int otherwise) {
        List<LinearModule> linears = block.linears();
        return linears.isEmpty() ? otherwise : linears.get(linears.size() - 1).outFeatures();
    }

    private static Rows rows(Block block, TextDecoder text) {
        if (ModelPart.of(block.name()) == ModelPart.LANGUAGE) {
            return block == text.head() ? Rows.SCORED : Rows.TOKENS;
        }
        return named(block, LATENTS).isPresent() ? Rows.LATENTS : Rows.PATCHES;
    }

    private static Optional<String> named(Block block, String ending) {
        return block.parameters().stream()
                .map(Parameter::name)
                .filter(name -> name.endsWith(ending))
                .findFirst();
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
            case PATCHES -> sizes.tower.patches;
            case LATENTS -> sizes.tower.latents;
            case ASKED -> sizes.tower.patches + sizes.tower.latents;
            case TOKENS -> sizes.tokens;
            case QUERIES -> sizes.queries;
            case SCORED -> sizes.scored;
        };
    }

    private static double pairs(Rows rows, Sizes sizes) {
        return switch (rows) {
            case PATCHES -> sizes.tower.patchPairs;
            case LATENTS, ASKED -> sizes.tower.latentPairs;
            case QUERIES -> sizes.queryPairs;
            case TOKENS, SCORED -> sizes.pairs;
        };
    }
}
