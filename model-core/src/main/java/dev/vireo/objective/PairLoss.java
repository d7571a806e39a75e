// SPDX-License-Identifier: Apache-2.0
package dev.vireo.objective;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Losses of a pair's scores, by TRL's names; the files in {@code pair/} give formulas and sources. A new one is a file there
 * and a line here.
 */
public enum PairLoss {
    SIGMOID("Sigmoid", Extra.NONE, Scores.DIVERGENCE, Batch.PAIRWISE),
    CDPO("Sigmoid", Extra.LABEL_SMOOTHING, Scores.DIVERGENCE, Batch.PAIRWISE),
    HINGE("Hinge", Extra.NONE, Scores.DIVERGENCE, Batch.PAIRWISE),
    IPO("Ipo", Extra.NONE, Scores.DIVERGENCE, Batch.PAIRWISE),
    EXO_PAIR("ExoPair", Extra.LABEL_SMOOTHING, Scores.DIVERGENCE, Batch.PAIRWISE),
    NCA_PAIR("NcaPair", Extra.NONE, Scores.LOG_RATIOS, Batch.PAIRWISE),
    ROBUST("Robust", Extra.LABEL_SMOOTHING, Scores.DIVERGENCE, Batch.PAIRWISE),
    BCO_PAIR("BcoPair", Extra.NONE, Scores.LOG_RATIOS, Batch.PAIRWISE),
    SPPO_HARD("SppoHard", Extra.NONE, Scores.LOG_RATIOS, Batch.PAIRWISE),
    AOT("Aot", Extra.LABEL_SMOOTHING, Scores.LOG_RATIOS, Batch.SORTED),
    AOT_UNPAIRED("AotUnpaired", Extra.LABEL_SMOOTHING, Scores.LOG_RATIOS, Batch.SORTED),
    APO_ZERO("ApoZero", Extra.NONE, Scores.LOG_RATIOS, Batch.PAIRWISE),
    APO_DOWN("ApoDown", Extra.NONE, Scores.LOG_RATIOS, Batch.PAIRWISE),
    DISCOPOP("Discopop", Extra.TAU, Scores.DIVERGENCE, Batch.PAIRWISE),
    SFT("Likelihood", Extra.NONE, Scores.DIVERGENCE, Batch.POOLED),
    SIGMOID_NORM("SigmoidNorm", Extra.NONE, Scores.DIVERGENCE, Batch.PAIRWISE);

    /** What a loss takes beside beta. */
    enum Extra {
        NONE,
        LABEL_SMOOTHING,
        TAU
    }

    /** Which scores a loss is defined for. */
    enum Scores {
        /** Those of any divergence: only their difference counts, from which the partition function falls out. */
        DIVERGENCE,
        /** Log-ratios: answers count one by one. */
        LOG_RATIOS
    }

    /** What a loss of one pair depends on. */
    enum Batch {
        /** That pair. */
        PAIRWISE,
        /** The order of all pairs of the micro-batch. */
        SORTED,
        /** The number of tokens of the global batch. */
        POOLED
    }

    private final String file;
    private final Extra extra;
    private final Scores scores;
    private final Batch batch;

    PairLoss(String file, Extra extra, Scores scores, Batch batch) {
        this.file = file;
        this.extra = extra;
        this.scores = scores;
        this.batch = batch;
    }

    /** The name in settings. */
    public String written() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The loss of that name. */
    public static Optional<PairLoss> named(String name) {
        return Arrays.stream(values())
                .filter(each -> each.written().equals(name))
                .findFirst();
    }

    /** All names, in the order of the declaration. */
    public static List<String> names() {
        return Arrays.stream(values()).map(PairLoss::written).toList();
    }

    String source() {
        return "pair/" + file + ".py";
    }

    Extra extra() {
        return extra;
    }

    Scores scores() {
        return scores;
    }

    /** Whether pairs are compared with the other pairs of their micro-batch. */
    public boolean sortsTheMicroBatch() {
        return batch == Batch.SORTED;
    }

    /** Whether a pair's loss may be weighted by itself. */
    boolean isPairwise() {
        return batch == Batch.PAIRWISE;
    }
}
