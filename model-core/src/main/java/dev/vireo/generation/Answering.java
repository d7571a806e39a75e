// SPDX-License-Identifier: Apache-2.0
package dev.vireo.generation;

import java.util.Arrays;
import java.util.Set;

/** An answer while it grows. */
final class Answering {
    private final int number;
    private final int row;
    private final int sample;
    private final int promptTokens;
    private final Draws draws;
    private final int[] ids;
    private int length;
    private double logp;
    private boolean stopped;

    /**
     * @param number of the answer among all that are generated together
     * @param row that it answers, among the rows that are generated together
     * @param sample number of the answer among its row's
     */
    Answering(int number, int row, int sample, int promptTokens, Draws draws, int maxNewTokens) {
        this.number = number;
        this.row = row;
        this.sample = sample;
        this.promptTokens = promptTokens;
        this.draws = draws;
        this.ids = new int[maxNewTokens];
    }

    int number() {
        return number;
    }

    int row() {
        return row;
    }

    Draws draws() {
        return draws;
    }

    void append(int id, double idLogp, Set<Integer> endIds) {
        ids[length++] = id;
        logp += idLogp;
        stopped = endIds.contains(id);
    }

    boolean isFinished() {
        return stopped || length == ids.length;
    }

    int lastToken() {
        return ids[length - 1];
    }

    /** Position of the last token in the row's sequence. */
    int position() {
        return promptTokens + length - 1;
    }

    Candidate toCandidate() {
        return new Candidate(sample, Arrays.copyOf(ids, length), logp, stopped ? Candidate.STOP : Candidate.LENGTH);
    }
}
