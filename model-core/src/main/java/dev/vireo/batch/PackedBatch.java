// SPDX-License-Identifier: Apache-2.0
package dev.vireo.batch;

import java.util.List;

/**
 * A micro-batch as one packed sequence without padding: for each row [prefix, chosen, rejected]. Both answers continue the
 * prefix's positions and do not see each other, so the prompt and its images are computed once for the pair. The
 * log-probabilities of the scored tokens equal those of the doubled, padded batch.
 *
 * <p>The idea for text: Wang and Hegde 2024, arXiv 2410.20305. Arrays are the batch's own; nobody writes to them.
 */
public final class PackedBatch {
    private final List<Sample> samples;
    private final PackedTokens tokens;
    private final ScoredTokens scored;

    private PackedBatch(List<Sample> samples, PackedTokens tokens, ScoredTokens scored) {
        this.samples = samples;
        this.tokens = tokens;
        this.scored = scored;
    }

    /**
     * Packs rows.
     *
     * @param imageTokenId the placeholder's id
     * @param promptTargets whether the prompts' tokens are scored as well (images' never are)
     * @throws IllegalArgumentException naming the row whose placeholders and images differ in number
     */
    public static PackedBatch of(List<Sample> samples, int imageTokenId, PromptTargets promptTargets) {
        int length = samples.stream().mapToInt(Sample::tokens).sum();
        var tokens = new PackedTokens(length);
        var scored = new ScoredTokens(samples.size(), length);
        for (int row = 0; row < samples.size(); row++) {
            Sample sample = samples.get(row);
            int start = tokens.size();
            tokens.prefix(sample, imageTokenId);
            int end = tokens.size();
            if (promptTargets == PromptTargets.SCORED) {
                scored.prompt(tokens, start, end, imageTokenId);
            }
            scored.answer(2 * row, sample.chosen(), end - 1, tokens.answer(sample.chosen(), start, end));
            scored.answer(2 * row + 1, sample.rejected(), end - 1, tokens.answer(sample.rejected(), start, end));
        }
        return new PackedBatch(List.copyOf(samples), tokens, scored);
    }

    /** Whether the tokens of prompts are scored. */
    public enum PromptTargets {
        IGNORED,
        SCORED
    }

    public List<Sample> samples() {
        return samples;
    }

    /** Token ids [T]. */
    public long[] ids() {
        return tokens.ids();
    }

    /** Position of each token in its own sequence [T]. */
    public long[] positions() {
        return tokens.positions();
    }

    /** Segments [n * 4]: start, end, prefixStart, prefixEnd, as {@code Attention.py} takes them. */
    public long[] segments() {
        return tokens.segments();
    }

    /** Places of the image tokens in the sequence. */
    public long[] imagePlaces() {
        return tokens.imagePlaces();
    }

    /**
     * For each segment the first token whose last hidden state is wanted: that before the first scored token, or the segment's
     * end [n]. The last layer computes only the tokens from there on.
     */
    public long[] queries() {
        return scored.queries(tokens.segments());
    }

    /** For each scored token the row of the token before it in the last hidden states, which begin at {@link #queries} [M]. */
    public long[] sources() {
        return scored.sources(tokens.segments(), queries());
    }

    /** The scored tokens' ids [M]. */
    public long[] targets() {
        return scored.targets();
    }

    /** For each scored token 2i (chosen answer of row i), 2i + 1 (rejected) or 2N (a prompt's) [M]. */
    public long[] answers() {
        return scored.answers();
    }

    /** 1 for the tokens of the negative log-likelihood: the chosen answers' and, where scored, the prompts' [M]. */
    public float[] nllMask() {
        return scored.nllMask();
    }

    /** Scored tokens of each answer [2N]. */
    public float[] answerTokens() {
        return scored.answerTokens();
    }

    /** Length of the packed sequence. */
    public int size() {
        return tokens.size();
    }
}
