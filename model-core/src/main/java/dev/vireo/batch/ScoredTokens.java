// SPDX-License-Identifier: Apache-2.0
package dev.vireo.batch;

import java.util.Arrays;

/** The tokens whose log-probabilities are wanted, while they are collected. */
final class ScoredTokens {
    private final long[] sources;
    private final long[] targets;
    private final long[] answers;
    private final float[] nllMask;
    private final float[] answerTokens;
    private final int rows;
    private int size;

    /** @param capacity at least the number of scored tokens */
    ScoredTokens(int rows, int capacity) {
        this.rows = rows;
        sources = new long[capacity];
        targets = new long[capacity];
        answers = new long[capacity];
        nllMask = new float[capacity];
        answerTokens = new float[2 * rows];
    }

    /** Scores every token of a prompt but its first and its images'. */
    void prompt(PackedTokens tokens, int start, int end, int imageTokenId) {
        for (int at = start + 1; at < end; at++) {
            if (tokens.ids()[at] != imageTokenId) {
                add(at - 1, tokens.ids()[at], 2 * rows, 1);
            }
        }
    }

    /**
     * Scores an answer's marked tokens.
     *
     * @param before place of the prefix's last token, which the answer's first token follows
     * @param start place of the answer's first token
     */
    void answer(int index, Answer answer, int before, int start) {
        for (int i = 0; i < answer.length(); i++) {
            if (answer.scored()[i]) {
                add(i == 0 ? before : start + i - 1, answer.ids()[i], index, index % 2 == 0 ? 1 : 0);
                answerTokens[index]++;
            }
        }
    }

    private void add(long source, long target, long answer, float inNll) {
        sources[size] = source;
        targets[size] = target;
        answers[size] = answer;
        nllMask[size] = inNll;
        size++;
    }

    /** For each segment the first token after which a scored one comes; its end where there is none. */
    long[] queries(long[] segments) {
        long[] queries = new long[segments.length / 4];
        for (int i = 0; i < queries.length; i++) {
            queries[i] = segments[4 * i + 1];
            for (int j = 0; j < size; j++) {
                if (sources[j] >= segments[4 * i]) {
                    queries[i] = Math.min(queries[i], sources[j]);
                }
            }
        }
        return queries;
    }

    /** The sources' rows among the tokens from {@code queries} to the segments' ends. */
    long[] sources(long[] segments, long[] queries) {
        long[] rows = Arrays.copyOf(sources, size);
        long skipped = 0;
        for (int i = 0; i < queries.length; i++) {
            skipped += queries[i] - segments[4 * i];
            for (int j = 0; j < size; j++) {
                if (sources[j] >= queries[i] && sources[j] < segments[4 * i + 1]) {
                    rows[j] = sources[j] - skipped;
                }
            }
        }
        return rows;
    }

    long[] targets() {
        return Arrays.copyOf(targets, size);
    }

    long[] answers() {
        return Arrays.copyOf(answers, size);
    }

    float[] nllMask() {
        return Arrays.copyOf(nllMask, size);
    }

    float[] answerTokens() {
        return answerTokens;
    }
}
