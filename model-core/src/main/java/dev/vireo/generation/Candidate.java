// SPDX-License-Identifier: Apache-2.0
package dev.vireo.generation;

import java.util.Arrays;

/** An answer that the model gave. */
public final class Candidate {
    /** The model ended the answer. */
    public static final String STOP = "stop";
    /** The answer reached the longest length. */
    public static final String LENGTH = "length";

    private final int sample;
    private final int[] ids;
    private final double logp;
    private final String finishReason;

    /**
     * @param sample number of the answer among those of its row, from 0
     * @param ids the tokens, the end token included where there is one
     * @param logp sum of the tokens' log-probabilities at temperature 1 without filters, nats
     * @param finishReason {@link #STOP} or {@link #LENGTH}
     */
    public Candidate(int sample, int[] ids, double logp, String finishReason) {
        this.sample = sample;
        this.ids = ids;
        this.logp = logp;
        this.finishReason = finishReason;
    }

    public int sample() {
        return sample;
    }

    /** The tokens, the end token included where there is one: those that {@link #logp} sums over. */
    public int[] ids() {
        return ids;
    }

    /** The tokens of the text: {@link #ids} without the end token. */
    public int[] textIds() {
        return finishReason.equals(STOP) ? Arrays.copyOf(ids, ids.length - 1) : ids;
    }

    public double logp() {
        return logp;
    }

    /** {@link #STOP} or {@link #LENGTH}. */
    public String finishReason() {
        return finishReason;
    }
}
