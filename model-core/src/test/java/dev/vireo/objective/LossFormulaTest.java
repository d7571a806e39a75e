// SPDX-License-Identifier: Apache-2.0
package dev.vireo.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Closed forms of the preference losses. */
class LossFormulaTest {
    private static final double BETA = 0.5;
    /** float32. */
    private static final double ROUNDING = 1e-6;

    private static final float[][] POLICY = {{-1, -2}, {-3, -1.5f}, {-0.5f, -4}};
    private static final float[][] REFERENCE = {{-1.25f, -1.5f}, {-2, -1}, {-1, -3.5f}};

    private static Dpo dpo(PairLoss loss, double smoothing) {
        return dpo(List.of(new Dpo.Weighted(loss, 1)), smoothing, 0);
    }

    private static Dpo dpo(List<Dpo.Weighted> losses, double smoothing, double likelihood) {
        return new Dpo(
                BETA,
                losses,
                new DpoOptions(Divergence.REVERSE_KL, 0.5, smoothing, 0.05, 1, DpoOptions.Weighting.NONE, likelihood));
    }

    /** Where policy and reference are equal all scores are 0, sigmoids 1/2 and logistic losses ln 2 = 0.693147. */
    @ParameterizedTest
    @CsvSource({
        "sigmoid, 0, 0.69314718",
        "cdpo, 0.1, 0.69314718",
        "hinge, 0, 1",
        // (1 / (2 beta))^2
        "ipo, 0, 1",
        // KL((1/2, 1/2) || (0.9, 0.1)) = -ln 2 - (ln 0.9 + ln 0.1) / 2
        "exo_pair, 0.1, 0.51082562",
        "nca_pair, 0, 1.38629436",
        // (1 - e - e) / (1 - 2e) ln 2
        "robust, 0.1, 0.69314718",
        "bco_pair, 0, 1.38629436",
        "sppo_hard, 0, 2",
        "aot, 0, 0.69314718",
        "aot_unpaired, 0, 0.69314718",
        "apo_zero, 0, 1",
        "apo_down, 0, 1",
        // (ln 2 + exp 0) / 2
        "discopop, 0, 0.84657359",
        "sigmoid_norm, 0, 0.69314718",
        // -(-1 - 3 - 0.5) / 3
        "sft, 0, 1.5",
    })
    void whereTheModelsAgreeTheLossIsKnown(String name, double smoothing, double expected) {
        PairLoss loss = PairLoss.named(name).orElseThrow();
        assertThat(CraftedLosses.ofPairs(POLICY, POLICY)
                        .of(dpo(loss, smoothing), 0)
                        .loss())
                .isCloseTo(expected, within(ROUNDING));
    }

    /** d/dc of -ln S(beta (c - r)) at 0 is -beta / 2, over three pairs. */
    @Test
    void theFirstGradientOfDpoIsHalfOfBeta() {
        float half = (float) (BETA / 2 / 3);
        assertThat(CraftedLosses.ofPairs(POLICY, POLICY).of(new Dpo(BETA), 0).gradient())
                .usingComparatorWithPrecision(1e-6f)
                .containsExactly(-half, half, -half, half, -half, half);
    }

    /** Exchanging the answers of all pairs changes the sign of d: ln S(x) - ln S(-x) = x. */
    @Test
    void exchangedAnswersChangeTheSigmoidLossByTheMeanMargin() {
        double right =
                CraftedLosses.ofPairs(POLICY, REFERENCE).of(new Dpo(BETA), 0).loss();
        double wrong = CraftedLosses.ofPairs(exchanged(POLICY), exchanged(REFERENCE))
                .of(new Dpo(BETA), 0)
                .loss();
        double margin = IntStream.range(0, 3)
                .mapToDouble(i -> (POLICY[i][0] - REFERENCE[i][0]) - (POLICY[i][1] - REFERENCE[i][1]))
                .average()
                .orElseThrow();
        assertThat(wrong - right).isCloseTo(BETA * margin, within(ROUNDING));
    }

    private static float[][] exchanged(float[][] pairs) {
        return Arrays.stream(pairs).map(pair -> new float[] {pair[1], pair[0]}).toArray(float[][]::new);
    }

    @Test
    void everyLossFallsWhenTheRejectedAnswerBecomesUnlikelier() {
        float[][] further = {{-1, -3}, {-3, -2.5f}, {-0.5f, -5}};
        for (PairLoss loss : PairLoss.values()) {
            if (loss == PairLoss.SFT || loss == PairLoss.DISCOPOP || loss == PairLoss.SPPO_HARD) {
                // Does not look at it; is not monotone by design; is a square around a target.
                continue;
            }
            Dpo objective = dpo(loss, loss == PairLoss.EXO_PAIR ? 0.01 : 0);
            assertThat(CraftedLosses.ofPairs(further, REFERENCE)
                            .of(objective, 0)
                            .loss())
                    .as(loss.written())
                    .isLessThan(CraftedLosses.ofPairs(POLICY, REFERENCE)
                            .of(objective, 0)
                            .loss());
        }
    }

    @Test
    void aMixtureIsTheWeightedSumOfItsLosses() {
        List<PairLoss> losses = List.of(PairLoss.SIGMOID, PairLoss.BCO_PAIR, PairLoss.SFT);
        double[] weights = {0.8, 0.2, 1.5};
        CraftedLosses rows = CraftedLosses.ofPairs(POLICY, REFERENCE);
        double loss = 0;
        double[] gradient = new double[6];
        List<Dpo.Weighted> mixture = new java.util.ArrayList<>();
        for (int i = 0; i < 3; i++) {
            CraftedLosses.Result alone = rows.of(dpo(losses.get(i), 0), 0);
            loss += weights[i] * alone.loss();
            for (int token = 0; token < 6; token++) {
                gradient[token] += weights[i] * alone.gradient()[token];
            }
            mixture.add(new Dpo.Weighted(losses.get(i), weights[i]));
        }
        CraftedLosses.Result mixed = rows.of(dpo(mixture, 0, 0), 0);
        assertThat(mixed.loss()).isCloseTo(loss, within(ROUNDING));
        for (int token = 0; token < 6; token++) {
            assertThat((double) mixed.gradient()[token]).isCloseTo(gradient[token], within(ROUNDING));
        }
        // RPO's alpha is the weight of the same likelihood.
        assertThat(rows.of(dpo(mixture.subList(0, 2), 0, 1.5), 0).loss()).isCloseTo(mixed.loss(), within(ROUNDING));
    }

    /** Sorted margins: policy (-1.5, 1, 3.5), reference (-1, 0.25, 2.5), compared by rank. */
    @Test
    void optimalTransportComparesByRank() {
        double expected = (logistic(-0.5) + logistic(0.75) + logistic(1)) / 3;
        assertThat(CraftedLosses.ofPairs(POLICY, REFERENCE)
                        .of(dpo(PairLoss.AOT, 0), 0)
                        .loss())
                .isCloseTo(expected, within(ROUNDING));
    }

    private static double logistic(double margin) {
        return Math.log1p(Math.exp(-BETA * margin));
    }

    /** SimPO: one token an answer, so means are sums; target gamma / beta. */
    @Test
    void simpoAsksForATargetMargin() {
        double expected = IntStream.range(0, 3)
                .mapToDouble(i -> Math.log1p(Math.exp(-(BETA * (POLICY[i][0] - POLICY[i][1]) - 0.3))))
                .average()
                .orElseThrow();
        Cpo simpo = new Cpo(BETA, Cpo.Loss.SIMPO, 0, 0.3, 0, 0);
        assertThat(CraftedLosses.ofPairs(POLICY, REFERENCE).of(simpo, 0).loss()).isCloseTo(expected, within(ROUNDING));
    }

    /** 1 - S(0) = 1/2 for each of six answers, whatever they are; with an anchor of 2 they are 1 - S(-2b) and 1 - S(2b). */
    @Test
    void rewardsCountFromTheAnchor() {
        CraftedLosses rows = CraftedLosses.ofPairs(POLICY, POLICY);
        Kto kto = new Kto(BETA, Kto.Loss.KTO, 1, 1);
        assertThat(rows.of(kto, 0).loss()).isCloseTo(0.5, within(ROUNDING));
        double desirable = 1 - 1 / (1 + Math.exp(2 * BETA));
        Kto weighted = new Kto(BETA, Kto.Loss.KTO, 3, 1);
        assertThat(rows.of(weighted, 2).loss()).isCloseTo((3 * desirable + 1 - desirable) / 2, within(ROUNDING));
    }

    /** At alpha = 1 the divergence is the reverse KL; towards it, it comes near. */
    @Test
    void alphaDivergenceTendsToTheReverseKl() {
        CraftedLosses rows = CraftedLosses.ofPairs(POLICY, REFERENCE);
        double plain = rows.of(new Dpo(BETA), 0).loss();
        assertThat(rows.of(diverging(1.0001), 0).loss()).isCloseTo(plain, within(1e-4));
        assertThat(rows.of(diverging(1), 0).loss()).isEqualTo(plain);
    }

    private static Dpo diverging(double alpha) {
        return new Dpo(
                BETA,
                List.of(new Dpo.Weighted(PairLoss.SIGMOID, 1)),
                new DpoOptions(Divergence.ALPHA, alpha, 0, 0.05, 1, DpoOptions.Weighting.NONE, 0));
    }

    @Test
    void whatALossDoesNotKnowIsRefused() {
        assertThatThrownBy(() -> dpo(PairLoss.HINGE, 0.1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Invalid train.label-smoothing: 0.1 (expected 0 with train.loss=hinge")
                .hasMessageContaining("cdpo, exo_pair, robust, aot, aot_unpaired");
        assertThatThrownBy(() -> dpo(PairLoss.EXO_PAIR, 0))
                .hasMessageContaining("Invalid train.label-smoothing: 0")
                .hasMessageContaining("exo_pair");
        assertThatThrownBy(() -> dpo(PairLoss.ROBUST, 0.5)).hasMessageContaining("(expected >= 0 and < 0.5)");
        assertThatThrownBy(() -> new Cpo(BETA, Cpo.Loss.IPO, 1, 0.5, 0.1, 0))
                .hasMessageContaining("train.cpo.loss=ipo");
        assertThatThrownBy(() -> new Dpo(
                        BETA,
                        List.of(new Dpo.Weighted(PairLoss.APO_ZERO, 1)),
                        new DpoOptions(Divergence.JS, 0.5, 0, 0.05, 1, DpoOptions.Weighting.NONE, 0)))
                .hasMessageContaining("Invalid train.loss: apo_zero")
                .hasMessageContaining("train.dpo.f-divergence");
        for (PairLoss loss : List.of(PairLoss.AOT, PairLoss.SFT)) {
            assertThatThrownBy(() -> new Dpo(
                            BETA,
                            List.of(new Dpo.Weighted(loss, 1)),
                            new DpoOptions(Divergence.REVERSE_KL, 0.5, 0, 0.05, 1, DpoOptions.Weighting.WPO, 0)))
                    .hasMessageContaining("Invalid train.loss: " + loss.written())
                    .hasMessageContaining("train.dpo.weighting=wpo");
        }
    }
}
