// SPDX-License-Identifier: Apache-2.0
package dev.vireo.jobs.evaluate;

/**
 * How likely a model and its base find the answers of a row; sums over scored tokens, nats.
 *
 * @param chosen log-probability of the chosen answer
 * @param rejected of the rejected answer; 0 where there is none
 * @param baseChosen the base model's, the same as {@code chosen} for the base itself
 * @param baseRejected the base model's
 * @param chosenTokens scored tokens of the chosen answer
 * @param rejectedTokens of the rejected answer; 0 where the row is no pair
 * @param divergence KL(model || base) of the next token, summed over both answers' tokens
 */
record RowScore(
        double chosen,
        double rejected,
        double baseChosen,
        double baseRejected,
        int chosenTokens,
        int rejectedTokens,
        double divergence) {
    boolean isPair() {
        return chosenTokens > 0 && rejectedTokens > 0;
    }

    /** ORPO's log odds (Hong, Lee, Thorne 2024, arXiv 2403.07691, equations 1, 4 and 7). */
    double logOdds() {
        double c = chosenMean();
        double r = rejected / rejectedTokens;
        return c - r - (log1mexp(c) - log1mexp(r));
    }

    /** Log of the sigmoid of the log odds: what ORPO raises (equation 6). */
    double logOddsRatio() {
        return logSigmoid(logOdds());
    }

    /** Mean log-probability of a token of the chosen answer. */
    double chosenMean() {
        return chosen / chosenTokens;
    }

    double rejectedMean() {
        return rejected / rejectedTokens;
    }

    /** DPO's reward of the chosen answer (Rafailov et al. 2023, arXiv 2305.18290) with the base as reference. */
    double chosenReward(double beta) {
        return beta * (chosen - baseChosen);
    }

    double rejectedReward(double beta) {
        return beta * (rejected - baseRejected);
    }

    /** DPO's sigmoid loss (equation 7). */
    double dpoLoss(double beta) {
        return -logSigmoid(chosenReward(beta) - rejectedReward(beta));
    }

    /** log(1 - exp x) for x below 0, by the branch that keeps its digits. */
    private static double log1mexp(double x) {
        return x < -Math.log(2) ? Math.log1p(-Math.exp(x)) : Math.log(-Math.expm1(x));
    }

    private static double logSigmoid(double x) {
        return Math.min(x, 0) - Math.log1p(Math.exp(-Math.abs(x)));
    }
}
