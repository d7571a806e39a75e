// SPDX-License-Identifier: Apache-2.0
package dev.vireo.generation;

import java.util.Arrays;
import java.util.Comparator;
import java.util.PriorityQueue;

/**
 * Chooses a token from logits: the most likely one, or a draw from softmax(logits / temperature) cut to the {@code topK} most
 * likely tokens and then to the fewest that reach {@code topP} of what is left (nucleus sampling: Holtzman et al. 2020, arXiv
 * 1904.09751). Of equally likely tokens the lower id counts as the likelier.
 */
final class NextToken {
    private final Sampling sampling;

    NextToken(Sampling sampling) {
        this.sampling = sampling;
    }

    int choose(Logits logits, int sequence, Draws draws) {
        if (sampling.temperature() == 0) {
            return mostLikely(logits, sequence);
        }
        if (sampling.topK() == 0 && sampling.topP() == 1) {
            return drawOfAll(logits, sequence, draws);
        }
        long[] kept = sampling.topK() > 0 ? largest(logits, sequence) : aboveThreshold(logits, sequence);
        double[] weights = new double[kept.length];
        double total = 0;
        for (int i = 0; i < kept.length; i++) {
            weights[i] = weight(logits, sequence, token(kept[i]));
            total += weights[i];
        }
        return token(kept[draw(weights, sampling.topK() > 0 ? total : 1, draws)]);
    }

    /** @param total of the probabilities that {@code topP} refers to; the weights fall and may leave the smallest out */
    private int draw(double[] weights, double total, Draws draws) {
        int nucleus = nucleus(weights, total);
        double within = 0;
        for (int i = 0; i < nucleus; i++) {
            within += weights[i];
        }
        double target = draws.next() * within;
        int at = 0;
        for (double sum = weights[0]; sum <= target && at + 1 < nucleus; at++) {
            sum += weights[at + 1];
        }
        return at;
    }

    private static int mostLikely(Logits logits, int sequence) {
        int best = 0;
        for (int token = 1; token < logits.vocabulary(); token++) {
            if (logits.logit(sequence, token) > logits.logit(sequence, best)) {
                best = token;
            }
        }
        return best;
    }

    private int drawOfAll(Logits logits, int sequence, Draws draws) {
        double target = draws.next();
        double sum = 0;
        for (int token = 0; token < logits.vocabulary(); token++) {
            sum += weight(logits, sequence, token);
            if (sum > target) {
                return token;
            }
        }
        return mostLikely(logits, sequence);
    }

    /** The probability at the temperature, before any filter. */
    private double weight(Logits logits, int sequence, int token) {
        return Math.exp(logits.logit(sequence, token) / sampling.temperature() - logits.temperedLogSum(sequence));
    }

    /** Sort keys of the topK most likely tokens, the most likely first. */
    private long[] largest(Logits logits, int sequence) {
        PriorityQueue<Long> kept = new PriorityQueue<>(Comparator.reverseOrder());
        for (int token = 0; token < logits.vocabulary(); token++) {
            long key = key(logits.logit(sequence, token), token);
            if (kept.size() < sampling.topK()) {
                kept.add(key);
            } else if (key < kept.element()) {
                kept.remove();
                kept.add(key);
            }
        }
        return kept.stream().mapToLong(Long::longValue).sorted().toArray();
    }

    /** Sort keys of all tokens that topP can keep, the most likely first. */
    private long[] aboveThreshold(Logits logits, int sequence) {
        double threshold = threshold(logits, sequence);
        long[] keys = new long[logits.vocabulary()];
        int n = 0;
        for (int token = 0; token < keys.length; token++) {
            float logit = logits.logit(sequence, token);
            if (logit >= threshold) {
                keys[n++] = key(logit, token);
            }
        }
        Arrays.sort(keys, 0, n);
        return Arrays.copyOf(keys, n);
    }

    /**
     * A logit below which no token is in the nucleus: tokens of probability below t have less than V t together, so with t =
     * (1 - topP) / V the others reach topP. Half of it leaves room for rounding.
     */
    private double threshold(Logits logits, int sequence) {
        double probability = 0.5 * (1 - sampling.topP()) / logits.vocabulary();
        return sampling.temperature() * (logits.temperedLogSum(sequence) + Math.log(probability));
    }

    /** How many of the weights, which fall, reach topP of their total. */
    private int nucleus(double[] weights, double total) {
        double sum = 0;
        for (int i = 0; i < weights.length; i++) {
            sum += weights[i];
            if (sum >= sampling.topP() * total) {
                return i + 1;
            }
        }
        return weights.length;
    }

    /** Ascending keys are falling logits, then rising ids. */
    private static long key(float logit, int token) {
        int bits = Float.floatToIntBits(logit);
        int ascending = bits >= 0 ? bits : bits ^ 0x7fffffff;
        return (long) ~ascending << 32 | token;
    }

    private static int token(long key) {
        return (int) key;
    }
}
